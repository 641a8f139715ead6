/** `corral rules test PATH…`: runs the tests that rule files carry and those of `*.test.yml`. */
import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { ConfigError, messageOf } from "../errors.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";

interface Options {
  readonly run?: string;
  readonly junit?: string;
  readonly watch?: true;
  readonly config?: string;
}

export function addRulesTestCommand(rules: Command, output: Output, done: (code: ExitCode) => void): void {
  rules
    .command("test")
    .description("run the tests that the files carry, and those of *.test.yml")
    .argument("[paths...]", "rule files, test files and folders", ["rules"])
    .option("--run <regex>", "only tests whose name matches")
    .option("--junit <file>", "write a JUnit report")
    .option("--watch", "again whenever a file changes, until interrupted")
    .option("--config <file>", "YAML file with the calendar and the lists")
    .action(async (paths: string[], options: Options) => {
      const run = await prepare(paths, options, output);
      const code = run();
      if (options.watch !== true) {
        done(code);
        return;
      }
      const [{ watchPaths }, { pathsRead }] = await Promise.all([
        import("./watch-paths.ts"),
        import("../app/test-files.ts"),
      ]);
      output.note("watching for changes");
      await watchPaths(
        () => pathsToWatch(paths, pathsRead),
        () => runAgain(run, output),
      );
      done(code);
    });
}

/** A file that is gone for a moment, as while an editor saves, is no reason to stop. */
function runAgain(run: () => ExitCode, output: Output): void {
  output.result("");
  try {
    run();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    output.note(error.message);
  }
}

/** While one of them cannot be read, at least the paths themselves. */
function pathsToWatch(
  paths: readonly string[],
  all: (paths: readonly string[]) => readonly string[],
): readonly string[] {
  try {
    return all(paths);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return paths;
  }
}

async function prepare(
  paths: readonly string[],
  { run, junit, config: file }: Options,
  output: Output,
): Promise<() => ExitCode> {
  const wanted = run === undefined ? null : namePattern(run);
  const [{ runSuites, totalsOf }, { suiteLines, summaryLine }, { junitReport }, { loadOptions }, config] =
    await Promise.all([
      import("../app/run-suites.ts"),
      import("./test-lines.ts"),
      import("./junit-report.ts"),
      import("../app/load-rule-set.ts"),
      import("../config/load-config.ts"),
    ]);
  const options = loadOptions(config.loadConfig({ flags: {}, env: process.env, file }));
  return () => {
    const results = [];
    for (const result of runSuites(paths, options, wanted)) {
      results.push(result);
      for (const line of suiteLines(result)) output.result(line);
    }
    const totals = totalsOf(results);
    output.result(summaryLine(totals));
    if (results.length === 0)
      output.note(run === undefined ? "there are no tests" : `no test has a name that matches --run ${run}`);
    if (junit !== undefined) write(junit, junitReport(results));
    if (totals.faulty > 0) return exitCode.ruleError;
    return totals.failed > 0 ? exitCode.findings : exitCode.ok;
  };
}

function namePattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new ConfigError(
      `Cannot choose tests: --run must be a regular expression: current value is ${text}`,
    );
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new ConfigError(`Cannot write the report: the file must be writable: ${messageOf(error)}`);
  }
}
