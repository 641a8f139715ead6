/** `field` beside a count: it only means something together with `value`. */
import type { Lint } from "./lint.ts";
import { conditionsOf } from "./rule-parts.ts";

/** What they count is `where`; of others `field` is an option of its own. */
const counting: ReadonlySet<unknown> = new Set(["event_count", "rate_change"]);

export const ignoredField: Lint = {
  code: "ignored-field",
  summary: "A field stands beside a count that does not look at it.",
  check({ source }, report) {
    for (const { path, value } of conditionsOf(source)) {
      if (!counting.has(value.type) || value.field === undefined || "value" in value) continue;
      report(
        [...path, "field"],
        `${value.type} counts what where matches and does not look at "${value.field}"; unique_count counts its values, field and value together stand for where`,
      );
    }
  },
};
