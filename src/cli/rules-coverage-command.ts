/** `corral rules coverage PATH…`: which ATT&CK tactics and techniques rules are tagged with. */
import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { ConfigError, messageOf } from "../errors.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";
import { plural } from "./plural.ts";

export function addRulesCoverageCommand(
  rules: Command,
  output: Output,
  done: (code: ExitCode) => void,
): void {
  rules
    .command("coverage")
    .description("show which ATT&CK tactics and techniques rules are tagged with")
    .argument("[paths...]", "rule files and folders", ["rules"])
    .option("--navigator <file>", "write a layer for the ATT&CK Navigator (format 4.5)")
    .option("--config <file>", "YAML file with the calendar and the lists")
    .action(async (paths: string[], { navigator, config: file }: { navigator?: string; config?: string }) => {
      const [{ attackCoverage }, { navigatorLayer }, { loadRuleSet }, { loadConfig }, { table }] =
        await Promise.all([
          import("../app/attack-coverage.ts"),
          import("../app/navigator-layer.ts"),
          import("../app/load-rule-set.ts"),
          import("../config/load-config.ts"),
          import("./table.ts"),
        ]);
      const config = loadConfig({ flags: {}, env: process.env, file });
      const all = loadRuleSet({ ...config, rules: paths }).rules;
      const loaded = all.filter(({ mode }) => mode === "live");
      const coverage = attackCoverage(loaded);
      const rows = coverage.tactics.map(({ tactic, techniques, rules: own }) => [
        tactic,
        String(own.length),
        techniques.join(" "),
      ]);
      output.result(table(["tactic", "rules", "techniques"], rows));
      if (navigator !== undefined) write(navigator, `${JSON.stringify(navigatorLayer(coverage), null, 2)}\n`);
      const covered = coverage.tactics.filter((tactic) => tactic.rules.length > 0).length;
      const untagged = coverage.untagged.length === 0 ? "" : `; no tag: ${coverage.untagged.join(", ")}`;
      output.note(
        `${plural(loaded.length, "rule")}, ${plural(coverage.techniques.length, "technique")}, ${covered} of ${coverage.tactics.length} tactics${untagged}`,
      );
      done(exitCode.ok);
    });
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new ConfigError(`Cannot write the layer: the file must be writable: ${messageOf(error)}`);
  }
}
