/** `corral rules list`: what the rules topic holds. */
import { type Command, Option } from "commander";
import type { ListedSet } from "../app/list-topic-rules.ts";
import { withConfigOptions } from "./config-options.ts";
import { withRulesTopic } from "./open-rules-topic.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";
import { plural } from "./plural.ts";
import { halfAPush } from "./rule-change-lines.ts";
import { table } from "./table.ts";

export function addRulesListCommand(rules: Command, output: Output, done: (code: ExitCode) => void): void {
  withConfigOptions(rules.command("list").description("show the live rules of the rules topic"))
    .addOption(
      new Option("--format <format>", "how they are printed").choices(["table", "ndjson"]).default("table"),
    )
    .action(async ({ format, ...settings }: Readonly<Record<string, unknown>>) => {
      const [{ RulesTopic }, { listTopicRules }] = await Promise.all([
        import("../app/rules-topic.ts"),
        import("../app/list-topic-rules.ts"),
      ]);
      const { found, listed } = await withRulesTopic(
        settings,
        "rules list, diff",
        async ({ codec, load, ...ports }) => {
          const found = await new RulesTopic({ ...ports, decode: codec.decode }).read();
          return { found, listed: listTopicRules(found, load) };
        },
      );
      if (format === "ndjson") {
        for (const rule of listed.rules) output.result(JSON.stringify(rule));
        output.note(setLine(listed));
      } else {
        if (listed.rules.length > 0) output.result(rulesTable(listed));
        output.result(setLine(listed));
      }
      if (found.state === "half") output.note(halfAPush);
      done(found.state === "half" ? exitCode.findings : exitCode.ok);
    });
}

function rulesTable({ rules }: ListedSet): string {
  return table(
    ["id", "name", "kind", "severity", "mode", "pushed from", "version"],
    rules.map(({ id, name, kind, severity, mode, file, line, version }) => [
      id,
      name,
      kind,
      severity ?? "",
      mode,
      `${file}:${line}`,
      version ?? "",
    ]),
  );
}

function setLine({ set, version }: ListedSet): string {
  if (set === null) return "no rules were pushed";
  const shown = version ?? "unknown: it does not compile with the calendar and lists of here";
  return `set version ${shown}; ${plural(set.count, "document")}, pushed ${new Date(set.pushed_at).toISOString()}`;
}
