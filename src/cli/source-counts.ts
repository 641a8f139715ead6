/** What the records of a file came to: how many there were, and of which sources and types. */
import type { ExplainedRecord } from "../app/explain-sources.ts";
import { shortSafeText } from "../safe-text.ts";
import { plural } from "./plural.ts";

/** Types of one source that are told; attackers can make up any number. */
const mostTypes = 20;

export class SourceCounts {
  #records = 0;
  #events = 0;
  #refused = 0;
  #unmapped = 0;
  readonly #bySource = new Map<string, Map<string, number>>();

  add({ values, refused }: ExplainedRecord): void {
    this.#records += 1;
    if (refused !== null) this.#refused += 1;
    if (values.some(({ source }) => source === "unmapped")) this.#unmapped += 1;
    for (const { source, events } of values) {
      const types = this.#bySource.get(source) ?? new Map<string, number>();
      this.#bySource.set(source, types);
      this.#events += events.length;
      for (const { event } of events) types.set(event.type, (types.get(event.type) ?? 0) + 1);
    }
  }

  /** Some record was refused, or nobody knew it. */
  get amiss(): boolean {
    return this.#refused + this.#unmapped > 0;
  }

  lines(): readonly string[] {
    const head = `${plural(this.#records, "record")}, ${plural(this.#events, "event")}, ${this.#refused} refused, ${this.#unmapped} unmapped`;
    const sources = [...this.#bySource].map(([source, types]) => {
      const sorted = [...types].toSorted(([, a], [, b]) => b - a);
      const told = sorted.slice(0, mostTypes).map(([type, count]) => `${shortSafeText(type, 80)} ${count}`);
      const more = sorted.length > mostTypes ? [`${sorted.length - mostTypes} more types`] : [];
      return `${source}: ${[...told, ...more].join(", ")}`;
    });
    return [head, ...sources];
  }
}
