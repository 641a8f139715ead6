/**
 * Seeded traffic without an end: one container after the other begins its story, a planted attack or a near miss of one,
 * and events arrive out of order by less than the allowed lateness. Of container and story only the number and the seed
 * decide, so that all of it can be told again in order.
 */
import { seededRandom } from "../../src/app/shuffle-arrivals.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { eventsOf, type Step } from "../integration/support/load.ts";

export interface TrafficOptions {
  readonly seed: number;
  /** Event time at which the first container begins, epoch milliseconds. */
  readonly start: number;
  /** Event time between two beginnings on average, milliseconds. */
  readonly spacing: number;
}

export interface Arrival {
  readonly event: SecurityEvent;
  /** Null: from a producer that sends no keys, so that its container's events lie in all raw partitions. */
  readonly key: string | null;
}

interface Pending extends Arrival {
  readonly at: number;
}

const disorder = 20_000;
const namespaces = 5;

export class Traffic {
  readonly #options: TrafficOptions;
  readonly #begins: () => number;
  readonly #begun: number[] = [];
  #next: number;
  #pending: Pending[] = [];

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#begins = seededRandom(options.seed);
    this.#next = options.start;
  }

  get containers(): number {
    return this.#begun.length;
  }

  /** What arrives up to an event time, in order of arrival; containers begin until then. */
  until(now: number): readonly Arrival[] {
    while (this.#next <= now) {
      const index = this.#begun.push(this.#next) - 1;
      this.#pending.push(...this.#arrivals(index, this.#next));
      this.#next += Math.ceil(this.#options.spacing * (0.5 + this.#begins()));
    }
    const due = this.#pending.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    this.#pending = this.#pending.filter(({ at }) => at > now);
    return due;
  }

  /** What those that have begun still have to say. */
  rest(): readonly Arrival[] {
    const rest = this.#pending.sort((a, b) => a.at - b.at);
    this.#pending = [];
    return rest;
  }

  /** Every event of those that have begun, in order of event time. */
  *inOrder(): Generator<SecurityEvent> {
    let waiting: SecurityEvent[] = [];
    for (const [index, begin] of this.#begun.entries()) {
      yield* waiting.filter(({ timestamp }) => timestamp < begin);
      waiting = waiting.filter(({ timestamp }) => timestamp >= begin);
      waiting.push(...this.#eventsOf(index, begin, this.#randomOf(index)));
      waiting.sort((a, b) => a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1));
    }
    yield* waiting;
  }

  #arrivals(index: number, begin: number): readonly Pending[] {
    const random = this.#randomOf(index);
    const events = this.#eventsOf(index, begin, random);
    const keyed = random() < 0.5;
    return events.map((event) => ({
      event,
      key: keyed ? event.container_id! : null,
      at: event.timestamp + random() * disorder,
    }));
  }

  #eventsOf(index: number, begin: number, random: () => number): readonly SecurityEvent[] {
    const { seed } = this.#options;
    const container = `${(index + 1).toString(16).padStart(6, "0")}${(seed & 0xffffff).toString(16).padStart(6, "0")}`;
    const namespace = `ns-${index % namespaces}`;
    return eventsOf({ container, index, begin, namespace, noise: 4, random, more: besides(index) });
  }

  #randomOf(index: number): () => number {
    return seededRandom(Math.imul(this.#options.seed, 0x9e3779b1) + Math.imul(index + 1, 0x85ebca6b));
  }
}

/** For rules with deadlines: some never become ready, others just in time; and now and then there is a drill. */
function besides(index: number): readonly Step[] {
  const more: Step[] = [];
  if (index % 7 === 0) more.push([0, "container_start", { readiness_probe: true }]);
  if (index % 14 === 0) more.push([590, "container_ready"]);
  if (index % 37 === 0) more.push([300, "drill"]);
  return more;
}
