/**
 * When sensors lost events (`sensor.drops`): alerts whose window saw it may lack what happened, and say so (`gap`). Kept
 * by minute and node, as part of a partition's state, so that every owner says the same; told twice it is known once.
 */
import type { SecurityEvent } from "../events/security-event.ts";
import { singleText } from "../events/single-text.ts";

/** Event times of losses on one node within one minute, epoch milliseconds. */
export interface SensorDrop {
  /** Null: the sensor did not say where. */
  readonly node: string | null;
  readonly first: number;
  readonly last: number;
}

const minute = 60_000;
/** Kept at most; the oldest go first. */
const most = 2_000;

/** The loss that an event tells of; null: it tells of none. */
export function dropOf({ type, timestamp, enrichment, details }: SecurityEvent): SensorDrop | null {
  if (type !== "sensor.drops") return null;
  const node = singleText(enrichment.node) ?? singleText(details.node) ?? null;
  return { node, first: timestamp, last: timestamp };
}

export class SensorDrops {
  /** By node and minute. */
  readonly #known = new Map<string, SensorDrop>();

  constructor(known: readonly SensorDrop[] = []) {
    for (const drop of known) this.add(drop);
  }

  add(drop: SensorDrop): void {
    const key = `${Math.floor(drop.first / minute)} ${drop.node ?? ""}`;
    const known = this.#known.get(key) ?? drop;
    const first = Math.min(known.first, drop.first);
    this.#known.set(key, { node: drop.node, first, last: Math.max(known.last, drop.last) });
    if (this.#known.size > most) this.#known.delete(this.#oldest());
  }

  /** Whether events may be missing of [from, to] on the node; undefined: on whichever it was. */
  within(from: number, to: number, node: string | undefined): boolean {
    for (const drop of this.#known.values()) {
      if (drop.first > to || drop.last < from) continue;
      if (node === undefined || drop.node === null || drop.node === node) return true;
    }
    return false;
  }

  /** Forgets what ended before `time`. */
  forget(time: number): void {
    for (const [key, { last }] of this.#known) if (last < time) this.#known.delete(key);
  }

  records(): readonly SensorDrop[] {
    return [...this.#known.values()];
  }

  #oldest(): string {
    let [oldest, least] = ["", Number.POSITIVE_INFINITY];
    for (const [key, { first }] of this.#known) if (first < least) [oldest, least] = [key, first];
    return oldest;
  }
}
