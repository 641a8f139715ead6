/** `corral rules explain RULE --events FILE`: why a rule did or did not alert over recorded events. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { ConfigError } from "../errors.ts";
import type { Rule } from "../rules/rule.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { ruleName } from "../rules/shadow.ts";
import { configOf, withConfigOptions } from "./config-options.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";

export function addRulesExplainCommand(rules: Command, output: Output, done: (code: ExitCode) => void): void {
  withConfigOptions(rules.command("explain").description("show why a rule did or did not alert"))
    .argument("<rule>", "id of a rule of --rules (<id>@shadow: the one in shadow mode), or a rule file")
    .requiredOption(
      "--events <file...>",
      "files with one JSON record a line; several are merged by event time",
    )
    .option("--group <key>", "only this group: its key (container=c1) or value (c1)")
    .action(async (wanted: string, { events, group, ...options }) => {
      const [
        { judgeSettings },
        { loadRuleSet },
        { explainRule },
        chains,
        { explanationLines },
        { unknownWord },
        { recordReader },
      ] = await Promise.all([
        import("../app/judge-settings.ts"),
        import("../app/load-rule-set.ts"),
        import("../app/explain-rule.ts"),
        import("../app/enrichment-of.ts"),
        import("./explain-lines.ts"),
        import("../rules/report-issues.ts"),
        import("../sources/read-record.ts"),
      ]);
      const config = configOf(options);
      const fromFile = existsSync(wanted);
      const set = loadRuleSet(fromFile ? { ...config, rules: [wanted] } : config);
      const rule = ruleCalled(set, wanted, fromFile, unknownWord);
      const explanation = await explainRule(events as string[], {
        rules: set,
        rule,
        judge: judgeSettings(config),
        readRecord: recordReader(config.mappings),
        chain: chains.enrichmentOf(config),
        group: group as string | undefined,
      });
      for (const { file, line, reason } of explanation.refused) output.note(`${file}:${line}: ${reason}`);
      for (const line of explanationLines(rule, explanation)) output.result(line);
      done(exitCode.ok);
    });
}

function ruleCalled(
  { rules }: RuleSet,
  wanted: string,
  fromFile: boolean,
  unknownWord: (kind: string, found: string, known: readonly string[]) => string,
): Rule {
  const found = fromFile ? rules : inForce(rules.filter((rule) => isCalled(rule, wanted)));
  if (found.length === 1) return found[0]!;
  const ids = rules.map(ruleName);
  throw new ConfigError(
    found.length === 0
      ? `Cannot explain a rule: ${unknownWord("rule file and no rule's id", wanted, ids)}`
      : `Cannot explain a rule: it must be one: ${wanted} holds ${ids.join(", ") || "none"}; name one, with --rules ${wanted}`,
  );
}

function isCalled(rule: Rule, wanted: string): boolean {
  const { id, name, knownAs = [] } = rule;
  return [id, ruleName(rule), name, ...knownAs].includes(wanted);
}

/** Of two rules of one id the live one. */
function inForce(found: readonly Rule[]): readonly Rule[] {
  const live = found.filter(({ mode }) => mode === "live");
  return live.length > 0 ? live : found;
}
