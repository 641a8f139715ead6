/** The rules of a run, and what reloads make of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadOptions } from "../../src/app/load-rule-set.ts";
import { compileRules } from "../../src/rules/load-rules.ts";
import { type RuleSet, ruleSet } from "../../src/rules/rule-set.ts";

/** Rules whose alerts a reload may change: edited in what decides, or not always there. */
export const renewed: ReadonlySet<string> = new Set(["in_order", "extra"]);
/** Rules of which a reload changes words only: the same alerts, said otherwise. */
export const reworded: ReadonlySet<string> = new Set(["three_a", "after_three"]);

const base = readFileSync(join(import.meta.dirname, "rules.yml"), "utf8");
const chained = readFileSync(join(import.meta.dirname, "chained-rules.yml"), "utf8");
const extra = `
---
id: extra
name: Not always there
window: 60s
group_by: namespace
conditions: [{ type: event_count, where: { type: [a, c] }, threshold: 4 }]
`;

/** What a reload turns the rules into; the first is what a run begins with. */
const variants: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replace("severity: high", "severity: critical"),
  (text) => text.replace("within: 30s", "within: 20s"),
  (text) => text + extra,
];

const options = loadOptions({ calendar: {}, lists: {} });
const compiled = new Map<string, RuleSet>();

/** `variant`: modulo how many there are. */
export function rulesOf(chains: boolean, variant = 0): RuleSet {
  const index = variant % variants.length;
  const key = `${chains} ${index}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const text = variants[index]!(chains ? `${base}\n---\n${chained}` : base);
  const set = ruleSet(compileRules([{ file: "simulation.yml", text }], options));
  compiled.set(key, set);
  return set;
}
