/**
 * What is left when all is said: per alert its last record, those that were merged into another left out, in order of
 * opening, rule and group (semantics 6).
 */
import type { Verdict } from "../correlation/verdict.ts";

export class FinalAlerts {
  readonly #last = new Map<string, Verdict>();

  add(verdicts: Iterable<Verdict>): void {
    for (const verdict of verdicts) {
      const known = this.#last.get(verdict.id);
      if (known === undefined || known.revision < verdict.revision) this.#last.set(verdict.id, verdict);
    }
  }

  list(): readonly Verdict[] {
    return [...this.#last.values()]
      .filter(({ mergedInto }) => mergedInto === null)
      .sort(
        (a, b) => a.openedAt - b.openedAt || compare(a.rule.id, b.rule.id) || compare(a.groupKey, b.groupKey),
      );
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
