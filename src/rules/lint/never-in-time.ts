/** Time patterns that must hold together and never do: an empty one, or office hours at the weekend. */
import type { Condition, HoldsContext, Span } from "../condition-type.ts";
import { conjunctsOf } from "./conjuncts.ts";
import type { Lint } from "./lint.ts";
import { conditionsOf } from "./rule-parts.ts";

const minute = 60_000;
const day = 1_440 * minute;
/** Patterns repeat by the week, but for holidays: two weeks in different years, each with a day to spare. */
const probes = [Date.UTC(2026, 0, 5), Date.UTC(2033, 6, 4)];
const span: Span = { times: [], marks: [], start: 0, end: 0 };

export const neverInTime: Lint = {
  code: "never-in-time",
  summary: "The time patterns of a rule never hold at once.",
  check({ rule, source }, report) {
    const parts = conditionsOf(source);
    const instants = conjunctsOf(rule.expression).flatMap(({ index, negated }) => {
      const condition = rule.conditions[index]!;
      const part = parts[index];
      return condition.kind === "instant" && part !== undefined ? [{ condition, negated, part }] : [];
    });
    for (const { condition, negated, part } of instants) {
      if (someInstant((t) => holdsAt(condition, t) !== negated)) continue;
      report(
        [...part.path, "pattern"],
        "no instant falls in this time pattern: the condition can never hold",
      );
      return;
    }
    if (instants.length < 2) return;
    if (someInstant((t) => instants.every(({ condition, negated }) => holdsAt(condition, t) !== negated)))
      return;
    const names = instants.map(({ condition, negated }) => `${negated ? "not " : ""}${condition.name}`);
    report(
      instants.at(-1)!.part.path,
      `no instant falls in ${names.join(" and ")}: they can never hold together`,
    );
  },
};

function holdsAt(condition: Condition, t: number): boolean {
  const context: HoldsContext = { t, from: t, since: null, saturated: false };
  return condition.holds(span, context);
}

function someInstant(passes: (t: number) => boolean): boolean {
  return probes.some((begin) => {
    for (let t = begin; t < begin + 8 * day; t += 5 * minute) if (passes(t)) return true;
    for (let t = begin; t < begin + 8 * day; t += minute) if (passes(t)) return true;
    return false;
  });
}
