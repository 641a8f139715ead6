/** A seed → a scenario: events that bear on each other, in an order that is late by no more than allowed, and faults. */
import { seededRandom } from "../../src/app/shuffle-arrivals.ts";
import { faultKinds } from "./faults.ts";
import { type Fault, lateness, rawPartitions, type Scenario, type ScenarioEvent } from "./scenario.ts";

/** How long producers send, milliseconds. */
export const span = 6 * 60_000;
const leastEvents = 200;
/** Producers send what they have at this pace, milliseconds. */
const pace = 4_000;

export type Draw = {
  below(below: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
};

/** `only`: kinds of faults to draw from; absent: all. */
export function generateScenario(seed: number, only?: readonly string[]): Scenario {
  const random = seededRandom(seed * 2_654_435_761);
  const below = (limit: number): number => Math.floor(random() * limit);
  const draw: Draw = {
    below,
    chance: (share) => random() < share,
    pick: (list) => list[below(list.length)]!,
  };
  return {
    seed,
    settings: {
      idle: draw.chance(0.4),
      chains: draw.chance(0.3),
      enrichers: 1 + below(2),
      correlators: 1 + below(3),
      cacheEntries: draw.pick([0, 40, 100_000]),
      maxRecords: draw.pick([5, 50, 500]),
      fetchRecords: draw.pick([5, 20, 100]),
      slowRaw: draw.chance(0.3) ? below(rawPartitions) : -1,
    },
    events: eventsOf(draw),
    garbage: Array.from({ length: below(4) }, () => ({ at: below(span), raw: below(rawPartitions) })),
    faults: faultsOf(draw, only),
  };
}

const types = ["a", "a", "a", "b", "b", "c", "c", "d", "d", "e", "f", "x"] as const;

function eventsOf(draw: Draw): readonly ScenarioEvent[] {
  const events: ScenarioEvent[] = [];
  const containers = 3 + draw.below(4);
  const count = leastEvents + draw.below(60);
  /** Bursts, so that thresholds are met and windows end. */
  let t = 0;
  while (events.length < count) {
    t += draw.chance(0.25) ? draw.below(9_000) : draw.below(2_600);
    const container = draw.below(containers);
    const event: ScenarioEvent = {
      id: `e${events.length}`,
      t: t % span,
      at: 0,
      raw: draw.below(rawPartitions),
      type: draw.pick(types),
      container: `c${container}`,
      namespace: `n${container % 2}`,
      user: `u${draw.below(3)}`,
      n: draw.below(10),
    };
    // Half of the lateness: the other half is for what the way to the log adds.
    const at = sentAt(event.t + draw.below(lateness / 2));
    if (draw.chance(0.01)) events.push({ ...event, at, ahead: true });
    else if (draw.chance(0.004)) events.push({ ...event, at, poison: true });
    else events.push({ ...event, at });
    if (draw.chance(0.06)) {
      events.push({
        ...events.at(-1)!,
        at: sentAt(event.t + draw.below(lateness / 2)),
        raw: draw.below(rawPartitions),
      });
    }
  }
  return events.sort((a, b) => a.at - b.at);
}

function sentAt(ready: number): number {
  return Math.ceil(ready / pace) * pace;
}

function faultsOf(draw: Draw, only: readonly string[] | undefined): readonly Fault[] {
  const kinds = [...faultKinds.values()].filter(({ kind }) => only === undefined || only.includes(kind));
  if (kinds.length === 0) return [];
  const faults = Array.from({ length: 3 + draw.below(6) }, (): Fault => {
    const { kind, draw: details } = draw.pick(kinds);
    return { kind, at: draw.below(span), ...details(draw) };
  });
  return faults.sort((a, b) => a.at - b.at);
}
