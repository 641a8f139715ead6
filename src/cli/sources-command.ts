/** `corral sources explain FILE`: what records are recognised as, what they become, and what is lost on the way. */
import { type Command, Option } from "commander";
import { type ExitCode, exitCode, type Output } from "./output.ts";

interface Options {
  readonly format: "text" | "ndjson";
  readonly mappings?: string;
  readonly config?: string;
}

export function addSourcesCommand(program: Command, output: Output, done: (code: ExitCode) => void): void {
  const sources = program.command("sources").description("see how producers' records are read");
  sources
    .command("explain")
    .description("show what each record is recognised as and mapped to, and what was dropped and why")
    .argument("<file>", "a file with one record a line; -: stdin")
    .addOption(
      new Option("--format <format>", "how it is printed").choices(["text", "ndjson"]).default("text"),
    )
    .option("--mappings <paths>", "mapping files and folders beside those that ship, comma-separated")
    .option("--config <file>", "YAML file with settings")
    .action(async (file: string, { format, mappings, config: path }: Options) => {
      const [{ explainSources }, { readLines }, { loadConfig }, { systemClock }, printed, { SourceCounts }] =
        await Promise.all([
          import("../app/explain-sources.ts"),
          import("../app/read-lines.ts"),
          import("../config/load-config.ts"),
          import("../clock.ts"),
          import("./source-lines.ts"),
          import("./source-counts.ts"),
        ]);
      const config = loadConfig({ flags: { mappings }, env: process.env, file: path });
      const counts = new SourceCounts();
      const options = { mappings: config.mappings, clock: systemClock };
      for await (const record of explainSources(readLines(file), options)) {
        counts.add(record);
        if (format === "ndjson") output.result(printed.sourceNdjson(file, record));
        else for (const line of printed.sourceLines(file, record)) output.result(line);
      }
      for (const line of counts.lines()) output.note(line);
      done(counts.amiss ? exitCode.findings : exitCode.ok);
    });
}
