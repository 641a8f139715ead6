/**
 * The simulated world: one queue of what happens when, one random number generator, one thread. A run is decided by its
 * scenario alone: nothing in it asks the real clock, the network or an unseeded generator.
 *
 * Between two things that happen, everything that code under test can do without waiting for a port is done: one turn of
 * Node's event loop drains all its promises.
 */
import { seededRandom } from "../../src/app/shuffle-arrivals.ts";
import { EventQueue, type Planned } from "./event-queue.ts";
import type { SimProcess } from "./sim-process.ts";

export interface Happening extends Planned {
  readonly owner: SimProcess | null;
  /** Whether code of a process goes on with it, which then needs its turn. */
  readonly wakes: boolean;
  run(): void;
  cancelled: boolean;
}

export class World {
  /** Simulated time, epoch milliseconds. */
  now: number;
  readonly random: () => number;
  readonly #queue = new EventQueue<Happening>();
  #order = 0;
  /** Things that have happened. */
  steps = 0;

  constructor(seed: number, start: number) {
    this.random = seededRandom(seed);
    this.now = start;
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    return Math.floor(this.random() * below);
  }

  /** Plans `run` for `ms` from now; on behalf of a process it waits while that is frozen and is void when it is dead. */
  after(ms: number, run: () => void, owner: SimProcess | null = null, wakes = true): Happening {
    const at = this.now + Math.max(0, ms);
    const happening: Happening = { at, order: this.#order++, owner, wakes, run, cancelled: false };
    this.#queue.push(happening);
    return happening;
  }

  /** Lets things happen until the condition holds or time has passed `deadline`; false: it never came to hold. */
  async until(condition: () => boolean, deadline: number): Promise<boolean> {
    while (!condition()) {
      const next = this.#queue.pop();
      if (next === undefined) return false;
      if (next.at > deadline) {
        this.#queue.push(next);
        this.now = Math.max(this.now, deadline);
        return condition();
      }
      if (next.cancelled || next.owner?.state === "dead") continue;
      if (next.owner?.state === "frozen") {
        next.owner.withhold(next);
        continue;
      }
      this.now = Math.max(this.now, next.at);
      this.steps += 1;
      next.run();
      if (next.wakes) await turn();
    }
    return true;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
