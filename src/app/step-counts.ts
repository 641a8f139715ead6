/** What an enricher's step counts, told once a step: told with every event it costs more than parting useful from useless. */
import type { EnrichObserver } from "./enrich-observer.ts";

type Kind = Parameters<EnrichObserver["forwarded"]>[0];

export class StepCounts {
  readonly #sources = new Map<string, number>();
  readonly #forwarded = new Map<Kind, number>();
  #withheld = 0;

  /** `source`: as the event names it. */
  event(source: string): void {
    this.#sources.set(source, (this.#sources.get(source) ?? 0) + 1);
  }

  forwarded(kind: Kind): void {
    this.#forwarded.set(kind, (this.#forwarded.get(kind) ?? 0) + 1);
  }

  withheld(): void {
    this.#withheld += 1;
  }

  tell(observe: Pick<EnrichObserver, "events" | "forwarded" | "withheld">): void {
    for (const [source, count] of this.#sources) observe.events(source, count);
    for (const [kind, count] of this.#forwarded) observe.forwarded(kind, count);
    if (this.#withheld > 0) observe.withheld(this.#withheld);
  }
}
