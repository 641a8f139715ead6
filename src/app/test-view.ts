import type { Verdict } from "../correlation/verdict.ts";
import { formatDuration } from "../events/duration.ts";
import type { Arrival, RuleTest } from "../rules/rule-test.ts";

/** Event times and ids as the test writes them: offsets from its start, places in its list. */
export class TestView {
  readonly start: number;
  readonly #place: ReadonlyMap<string, number>;

  constructor(test: RuleTest, written: readonly Arrival[]) {
    this.start = Date.parse(test.start);
    const events = written.filter((arrival) => "event" in arrival);
    const place = new Map<string, number>();
    for (const [index, { event }] of events.entries()) if (!place.has(event.id)) place.set(event.id, index);
    this.#place = place;
  }

  offset(t: number): string {
    return formatDuration(t - this.start);
  }

  /** Place of an event in the test's list; undefined: an event of another rule's making. */
  placeOf(id: string): number | undefined {
    return this.#place.get(id);
  }

  /** Places of the events of the window that opened the alert, ascending. */
  openingEvents({ evidence, openedAt }: Verdict): readonly number[] {
    return evidence
      .filter(({ t }) => t <= openedAt)
      .map(({ id }) => this.#place.get(id) ?? -1)
      .sort((a, b) => a - b);
  }

  shown(verdict: Verdict): string {
    const group = Object.entries(verdict.group).map(([key, value]) => `${key} ${value}`);
    const parts = [
      `${verdict.rule.id} at ${this.offset(verdict.openedAt)}`,
      ...group,
      `last seen ${this.offset(verdict.lastSeen)}`,
      `${verdict.count} ${verdict.count === 1 ? "event" : "events"}, opened by [${this.openingEvents(verdict).join(", ")}]`,
      verdict.status === "closed" ? "closed" : "open",
    ];
    return parts.join(", ");
  }
}
