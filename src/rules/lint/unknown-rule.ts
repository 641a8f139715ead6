/** A rule waits for the alerts of one that is not there, most often by a slip of the pen. */
import { nearest } from "../predicate/nearest.ts";
import type { Lint, Source } from "./lint.ts";
import { itemsOf, type Part, wheresOf } from "./rule-parts.ts";

export const unknownRule: Lint = {
  code: "unknown-rule",
  summary: "No rule raises the alerts that a rule waits for.",
  check({ source }, report, { produced }) {
    if (produced === null) return;
    for (const { path, value: type } of typesOf(source)) {
      if (!/^alert\.[^*?]+$/.test(type) || produced.has(type.toLowerCase())) continue;
      const meant = nearest(type, [...produced]);
      report(
        path,
        `no rule that is checked raises "${type}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`,
      );
    }
  },
};

/** Event types that are written out. */
function typesOf(source: Source): readonly Part<string>[] {
  return wheresOf(source)
    .flatMap(itemsOf)
    .filter(({ key }) => key.field === "type" && key.comparison === "equals" && !key.neq)
    .flatMap(({ values }) =>
      values.flatMap(({ path, value }) => (typeof value === "string" ? [{ path, value }] : [])),
    );
}
