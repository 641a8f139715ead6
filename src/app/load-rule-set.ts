/** The rule set that a configuration asks for. */
import { conditionTypes } from "../correlation/condition-types.ts";
import { ConfigError } from "../errors.ts";
import { compileCalendar, type TimePatternOptions, timePatternSchema } from "../rules/calendar.ts";
import { type LoadOptions, loadRules } from "../rules/load-rules.ts";
import { type RuleSet, ruleSet } from "../rules/rule-set.ts";

export interface RuleSettings {
  readonly rules: readonly string[];
  readonly calendar: Readonly<Record<string, unknown>>;
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** Throws RuleError with all faults of all files, ConfigError for a bad path or calendar. */
export function loadRuleSet({ rules, ...settings }: RuleSettings): RuleSet {
  return ruleSet(loadRules(rules, loadOptions(settings)));
}

/** What rules are compiled with. Throws ConfigError for a bad calendar. */
export function loadOptions({ calendar, lists }: Omit<RuleSettings, "rules">): LoadOptions {
  const named = Object.entries(calendar).map(
    ([name, pattern]) => [name, timePatternOf(name, pattern)] as const,
  );
  return {
    conditionTypes,
    calendar: compileCalendar(Object.fromEntries(named)),
    lists: new Map(Object.entries(lists)),
  };
}

function timePatternOf(name: string, pattern: unknown): TimePatternOptions {
  const parsed = timePatternSchema.safeParse(pattern);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`.trim());
  throw new ConfigError(
    `Cannot read calendar.${name}: ${faults.join("; ")}: current value is ${JSON.stringify(pattern)}`,
  );
}
