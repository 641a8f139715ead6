/** `corral demo`: an attack story, judged in this process or, with `--live`, by a running installation. */
import { type Command, InvalidArgumentError } from "commander";
import { parseDuration } from "../config/duration.ts";
import { configOf, withConfigOptions } from "./config-options.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";

/** On a terminal the story takes this long, milliseconds. */
const pacedMs = 1_200;

export function addDemoCommand(program: Command, output: Output, done: (code: ExitCode) => void): void {
  withConfigOptions(program.command("demo").description("watch an attack being found, no server needed"))
    .option("--live", "through the Kafka of the configuration, against a running installation")
    .option("--timeout <duration>", "how long --live waits for the alerts (default: 90s)", duration, 90_000)
    .action(async ({ live, timeout, ...options }) => {
      const config = configOf(options);
      if (live === true) {
        const { demoLive } = await import("./demo-live.ts");
        done((await demoLive(config, output, timeout)) ? exitCode.ok : exitCode.findings);
        return;
      }
      const { demoEmbedded } = await import("./demo-embedded.ts");
      await demoEmbedded(config, output, process.stdout.isTTY === true ? pacedMs : 0);
      done(exitCode.ok);
    });
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new InvalidArgumentError("It must be a duration like 90s.");
  return ms;
}
