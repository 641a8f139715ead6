/** What was broken when: what is found out afterwards belongs to a fault by its time. */
export interface Phase {
  /** The fault's name, or `calm`. */
  readonly name: string;
  readonly times: number;
  /** Event time, epoch milliseconds, from and before. */
  readonly events: Span;
  /** The clock that stalls are measured by. */
  readonly clock: Span;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** While nothing is broken on purpose: before the first fault, and behind the last. */
export const calm = "calm";

/** The name of the phase that an instant of event time falls in; what no phase holds is calm. */
export function phaseOf(phases: readonly Phase[], at: number): string {
  return phases.find(({ events }) => events.from <= at && at < events.to)?.name ?? calm;
}

/** The name of the phase that most of a stall lies in: it may begin at the last look before one. */
export function phaseOfStall(phases: readonly Phase[], { from, to }: Span): string {
  let most = { name: calm, ms: 0 };
  for (const { name, clock } of phases) {
    const ms = Math.min(to, clock.to) - Math.max(from, clock.from);
    if (ms > most.ms) most = { name, ms };
  }
  return most.name;
}
