/** Sequences by brute force: every way in which different events fill the steps. */
import type { SecurityEvent } from "../../src/events/security-event.ts";

/** A step is a type, or one of several types, `runs` times, perhaps joined; or what must not come. */
export type WrittenStep =
  | string
  | {
      readonly where: { readonly type: readonly string[] };
      readonly runs: number;
      readonly by?: readonly string[];
    }
  | {
      readonly not: { readonly where: { readonly type: readonly string[] }; readonly by?: readonly string[] };
    };

export interface WrittenSequence {
  readonly type: "event_sequence";
  readonly sequence: readonly WrittenStep[];
  readonly within?: string;
  readonly until?: { readonly where: { readonly type: readonly string[] } };
}

interface Part {
  readonly types: readonly string[];
  readonly by: readonly string[] | null;
}

/** One way to fill all steps. */
interface Filling {
  readonly first: number;
  readonly last: number;
  readonly key: string | null;
}

/** True where the event fills a step of its own. */
export function fillsStep(written: WrittenSequence, event: SecurityEvent): boolean {
  return partsOf(written).steps.some((step) => plays(step, event));
}

/** A trailing `not` forbids until the deadline; an inner one or `until` may be broken by what arrives late. */
export function isTrailing({ sequence }: WrittenSequence): boolean {
  return isNot(sequence.at(-1)!);
}

export function isPlain({ sequence, until }: WrittenSequence): boolean {
  return until === undefined && !sequence.some(isNot);
}

export class ReferenceSequence {
  readonly #fillings: readonly Filling[];
  readonly #events: readonly SecurityEvent[];
  readonly #trailing: Part | null;

  /** `events`: all that the condition sees of the group. */
  constructor(written: WrittenSequence, events: readonly SecurityEvent[], window: number) {
    const { steps, nots } = partsOf(written);
    this.#events = events;
    this.#trailing = nots.get(steps.length) ?? null;
    this.#fillings = fillingsOf(written, events, window);
  }

  /** The positive steps and the forbidden ones between them, on [from, to]. */
  filled(from: number, to: number): boolean {
    return this.#fillings.some(({ first, last }) => first >= from && last <= to);
  }

  /** And nothing that the trailing `not` forbids between the earliest completion and `to`. */
  holds(from: number, to: number): boolean {
    const inside = this.#fillings.filter(({ first, last }) => first >= from && last <= to);
    const trailing = this.#trailing;
    if (trailing === null) return inside.length > 0;
    return [...Map.groupBy(inside, ({ key }) => key)].some(([key, fillings]) => {
      const completed = Math.min(...fillings.map(({ last }) => last));
      return !this.#events.some(
        (event) => event.timestamp > completed && event.timestamp <= to && forbids(trailing, event, key),
      );
    });
  }
}

function fillingsOf(
  written: WrittenSequence,
  events: readonly SecurityEvent[],
  window: number,
): readonly Filling[] {
  const { steps, nots } = partsOf(written);
  const hop = hopOf(written.within);
  const found: Filling[] = [];
  const goOn = (chosen: readonly SecurityEvent[]): void => {
    const step = steps[chosen.length];
    if (step === undefined) {
      const filling = fillingOf(chosen);
      if (filling !== null) found.push(filling);
      return;
    }
    const before = chosen.at(-1)?.timestamp;
    for (const event of events) {
      const { timestamp: t } = event;
      if (chosen.includes(event) || !plays(step, event)) continue;
      if (before !== undefined && (t < before || t - before > hop)) continue;
      if (before !== undefined && t - chosen[0]!.timestamp > window) continue;
      goOn([...chosen, event]);
    }
  };
  const fillingOf = (chosen: readonly SecurityEvent[]): Filling | null => {
    const keys = new Set(chosen.flatMap((event, index) => keyOf(steps[index]!, event) ?? []));
    if (keys.size > 1) return null;
    const [key = null] = keys;
    const times = chosen.map(({ timestamp }) => timestamp);
    const [first, last] = [times[0]!, times.at(-1)!];
    for (const [gap, part] of nots) {
      if (gap === steps.length) continue;
      const from = gap === 0 ? first - window : times[gap - 1]! + 1;
      if (
        events.some(
          ({ timestamp: t }, index) => t >= from && t < times[gap]! && forbids(part, events[index]!, key),
        )
      )
        return null;
    }
    const ended = events.some(
      ({ timestamp: t, type }) => t > first && t < last && written.until?.where.type.includes(type) === true,
    );
    return ended ? null : { first, last, key };
  };
  goOn([]);
  return found;
}

function partsOf({ sequence }: WrittenSequence): {
  readonly steps: readonly Part[];
  /** By the number of steps before. */
  readonly nots: ReadonlyMap<number, Part>;
} {
  const steps: Part[] = [];
  const nots = new Map<number, Part>();
  for (const step of sequence) {
    if (typeof step === "string") steps.push({ types: [step], by: null });
    else if ("not" in step) nots.set(steps.length, { types: step.not.where.type, by: step.not.by ?? null });
    else
      for (let run = 0; run < step.runs; run += 1)
        steps.push({ types: step.where.type, by: step.by ?? null });
  }
  return { steps, nots };
}

function isNot(step: WrittenStep): boolean {
  return typeof step === "object" && "not" in step;
}

function plays(part: Part, event: SecurityEvent): boolean {
  return part.types.includes(event.type) && (part.by === null || keyOf(part, event) !== null);
}

function forbids(part: Part, event: SecurityEvent, key: string | null): boolean {
  return plays(part, event) && (part.by === null || keyOf(part, event) === key);
}

function keyOf({ by }: Part, { details }: SecurityEvent): string | null {
  if (by === null || by.some((field) => details[field] === undefined)) return null;
  return JSON.stringify(by.map((field) => String(details[field])));
}

/** `20s`; only seconds are written here. */
function hopOf(within: string | undefined): number {
  return within === undefined ? Number.POSITIVE_INFINITY : Number(within.slice(0, -1)) * 1000;
}
