/**
 * Since when a partition's windows are filled for each rule. A rule that comes while the partition is under way sees
 * events from then on only; until a window has passed, its alerts say so (`rule_since`). Part of the partition's state,
 * so that every owner says the same.
 */
import { createHash } from "node:crypto";
import { type RuleSet, windowName } from "../rules/rule-set.ts";

export interface RuleAges {
  /** A short digest of the window name of each known rule, sorted and joined. */
  readonly known: string;
  /** By window name the event time at which the rule came; only rules younger than their window. */
  readonly young: Readonly<Record<string, number>>;
}

/** Characters of a digest. Should two rules share one, the later lacks its mark. */
const digestLength = 4;

/** `before` null: the partition begins, and what is loaded was there from the start. `time`: its event time. */
export function ageRules(before: RuleAges | null, rules: RuleSet, time: number): RuleAges {
  const names = [...rules.byWindowName.keys()];
  const known = names
    .map(digestOf)
    .sort((a, b) => (a < b ? -1 : 1))
    .join("");
  if (before === null) return { known, young: {} };
  const knownBefore = new Set(before.known.match(new RegExp(`.{${digestLength}}`, "g")));
  const young = names.flatMap((name): [string, number][] => {
    const came = before.young[name];
    if (came !== undefined) return [[name, came]];
    return Number.isFinite(time) && !knownBefore.has(digestOf(name)) ? [[name, time]] : [];
  });
  return { known, young: Object.fromEntries(young) };
}

/** Without the rules whose windows have filled at this event time; `lateness` is what may still come behind it. */
export function stillYoung(ages: RuleAges, rules: RuleSet, time: number, lateness: number): RuleAges {
  const all = Object.entries(ages.young);
  const left = all.filter(([name, came]) => {
    const rule = rules.byWindowName.get(name);
    return rule !== undefined && came + rule.window + lateness >= time;
  });
  return left.length === all.length ? ages : { ...ages, young: Object.fromEntries(left) };
}

/** Event time at which the rule came, while it is young. */
export function cameAt(ages: RuleAges, rule: Parameters<typeof windowName>[0]): number | undefined {
  return ages.young[windowName(rule)];
}

function digestOf(name: string): string {
  return createHash("sha256").update(name).digest("base64url").slice(0, digestLength);
}
