/**
 * One process of the product: it can be killed, frozen and thawed, cut off from servers, and has a clock of its own.
 * Whatever it waits for passes through `request` or its clock, so a fault can fall between any two of its steps.
 */
import type { Clock } from "../../src/clock.ts";
import { TransientError } from "../../src/errors.ts";
import type { Fate, Phase, RequestKind } from "./requests.ts";
import type { Happening, World } from "./world.ts";

export interface Surroundings {
  /** Milliseconds that one way to a server takes now. */
  latency(process: SimProcess, kind: RequestKind): number;
  /** Told whenever a request reaches a phase; faults wait for it. */
  passed(process: SimProcess, kind: RequestKind, phase: Phase): void;
  fateOf(process: SimProcess, kind: RequestKind): Fate;
  /** Why the server does not answer; null: it does. */
  away(process: SimProcess, kind: RequestKind): string | null;
}

interface Flight {
  readonly kind: RequestKind;
  phase: Phase;
  /** Lost on its way: the process died before the server had it. */
  dropped: boolean;
}

/** How long a caller waits for a server that does not answer. */
const timeoutMs = 5_000;

export class SimProcess {
  readonly name: string;
  readonly world: World;
  state: "running" | "frozen" | "dead" = "running";
  /** Added to the world's time by this process's wall clock. */
  clockOffset = 0;
  readonly clock: Clock;
  readonly #around: Surroundings;
  readonly #flights = new Set<Flight>();
  #withheld: Happening[] = [];

  constructor(name: string, world: World, around: Surroundings) {
    this.name = name;
    this.world = world;
    this.#around = around;
    this.clock = this.#makeClock();
  }

  /** What it is waiting for, for the report of where a fault landed. */
  get waitingFor(): string {
    const [flight] = [...this.#flights].filter(({ kind }) => kind !== "log.fetch" && kind !== "log.join");
    return flight === undefined ? "idle" : `${flight.kind} ${flight.phase}`;
  }

  /** Its memory is gone; what it has sent may still arrive. */
  kill(): void {
    this.state = "dead";
    for (const flight of this.#flights)
      if (flight.phase === "sent") flight.dropped = this.world.random() < 0.5;
    this.#withheld = [];
  }

  freeze(): void {
    if (this.state === "running") this.state = "frozen";
  }

  thaw(): void {
    if (this.state !== "frozen") return;
    this.state = "running";
    for (const { run, wakes, cancelled } of this.#withheld.splice(0)) {
      if (!cancelled) this.world.after(this.world.random(), run, this, wakes);
    }
  }

  withhold(happening: Happening): void {
    this.#withheld.push(happening);
  }

  /** One call to a server: on its way, `effect` there, and back. Rejects with TransientError when there is no answer. */
  request<T>(kind: RequestKind, effect: (fate: Fate) => T | Promise<T>): Promise<T> {
    const { world } = this;
    const around = this.#around;
    return new Promise((resolve, reject) => {
      if (this.state === "dead") return;
      const flight: Flight = { kind, phase: "sent", dropped: false };
      this.#flights.add(flight);
      const answer = (settle: () => void, ms = around.latency(this, kind)): void => {
        flight.phase = "done";
        world.after(
          ms,
          () => {
            this.#flights.delete(flight);
            flight.phase = "answered";
            settle();
            around.passed(this, kind, "answered");
          },
          this,
        );
      };
      const failed = (reason: string): void =>
        reject(new TransientError(`Cannot ask ${kind}: the server must answer: current value is ${reason}`));
      world.after(
        around.latency(this, kind),
        () => {
          if (flight.dropped) return;
          around.passed(this, kind, "sent");
          if (flight.dropped) return;
          const reason = around.away(this, kind);
          if (reason !== null) return answer(() => failed(reason), timeoutMs * world.random());
          const fate = around.fateOf(this, kind);
          if (fate === "late") {
            answer(() => failed("no reply yet"));
            world.after(world.below(20_000), () => quietly(() => effect(fate)), null, false);
            return;
          }
          const outcome = attempt(() => effect(fate));
          const final = fate === "twice" ? attempt(() => effect(fate)) : outcome;
          if (fate === "lost-reply" || fate === "partial") answer(() => failed("a lost reply"));
          else answer(() => ("error" in final ? reject(final.error) : resolve(final.value)));
          around.passed(this, kind, "done");
        },
        null,
        false,
      );
    });
  }

  #makeClock(): Clock {
    const { world } = this;
    const begun = world.now;
    return {
      now: () => Math.round(world.now + this.clockOffset),
      monotonic: () => world.now - begun,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) return resolve();
          const alarm = world.after(ms, resolve, this);
          signal?.addEventListener(
            "abort",
            () => {
              alarm.cancelled = true;
              resolve();
            },
            { once: true },
          );
        }),
      every: (ms, task) => {
        let alarm: Happening;
        const again = (): void => {
          alarm = world.after(
            ms,
            () => {
              again();
              task();
            },
            this,
          );
        };
        again();
        return () => {
          alarm.cancelled = true;
        };
      },
    };
  }
}

type Outcome<T> = { readonly value: T | Promise<T> } | { readonly error: unknown };

/** Servers in memory have done their work when they return, also where they return a promise. */
function attempt<T>(work: () => T | Promise<T>): Outcome<T> {
  try {
    const value = work();
    if (value instanceof Promise) value.catch(() => {}); // an answer that nobody gets is nobody's error
    return { value };
  } catch (error) {
    return { error };
  }
}

function quietly(work: () => unknown): void {
  attempt(work);
}
