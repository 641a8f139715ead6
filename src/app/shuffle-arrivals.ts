/** Other orders of arrival in which no event is late: what `any_order` runs a test in. */
import type { Arrival } from "../rules/rule-test.ts";

/** A small seeded generator (mulberry32): numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Picks again and again, at random, an event that may come next: none still to come would be late after it, that is,
 * older than the highest event time so far less the lateness. Copies of one id keep their order (the first to arrive
 * counts). `advance` entries stay behind everything before them and ahead of everything after.
 */
export function shuffleWithinLateness(
  list: readonly Arrival[],
  lateness: number,
  random: () => number,
): readonly Arrival[] {
  const order: Arrival[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  const rest: Arrival[] = [];
  const drain = (): void => {
    while (rest.length > 0) {
      const next = pick(rest, highest, lateness, random);
      rest.splice(rest.indexOf(next), 1);
      order.push(next);
      if ("event" in next) highest = Math.max(highest, next.event.timestamp);
    }
  };
  for (const arrival of list) {
    if ("event" in arrival) rest.push(arrival);
    else {
      drain();
      order.push(arrival);
      highest += arrival.advance;
    }
  }
  drain();
  return order;
}

function pick(rest: readonly Arrival[], highest: number, lateness: number, random: () => number): Arrival {
  const oldest = rest.reduce((least, arrival) => Math.min(least, timeOf(arrival)), Number.POSITIVE_INFINITY);
  const seen = new Set<string>();
  const allowed = rest.filter((arrival) => {
    if (!("event" in arrival) || seen.has(arrival.event.id)) return false;
    seen.add(arrival.event.id);
    return Math.max(highest, timeOf(arrival)) - lateness <= oldest;
  });
  return allowed[Math.floor(random() * allowed.length)] ?? rest[0]!;
}

function timeOf(arrival: Arrival): number {
  return "event" in arrival ? arrival.event.timestamp : Number.POSITIVE_INFINITY;
}
