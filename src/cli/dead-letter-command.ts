/** `corral dead-letter list|show|replay`: records that could not be processed. */
import { type Command, Option } from "commander";
import type { FiledLetter, LetterFilter } from "../app/dead-letters.ts";
import type { Actor } from "../app/rights.ts";
import type { Config } from "../config/settings.ts";
import { ConfigError } from "../errors.ts";
import { safeLine } from "../safe-text.ts";
import type { Log, OutgoingRecord } from "../transport/log.ts";
import { configOf, withConfigOptions } from "./config-options.ts";
import { instant } from "./instant.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";
import { plural } from "./plural.ts";
import { table } from "./table.ts";
import { wholeNumber } from "./whole-number.ts";

/** Records sent back in one request. */
const batch = 500;

const reading: Actor = "dead-letter list, show";

export function addDeadLetterCommand(program: Command, output: Output, done: (code: ExitCode) => void): void {
  const letters = program
    .command("dead-letter")
    .description("records that could not be processed: list, show, send back");
  filtered(letters.command("list").description("what lies in the dead-letter topic, oldest first"))
    .option("--limit <n>", "so many of the newest at most", wholeNumber, 100)
    .addOption(new Option("--format <format>").choices(["table", "ndjson"]).default("table"))
    .action(async (options) => {
      const found = await withLetters(configOf(options), reading, async (log, topic, { deadLetters }) => {
        const all: FiledLetter[] = [];
        let count = 0;
        for await (const letter of deadLetters(log, topic, options as LetterFilter)) {
          count += 1;
          all.push(letter);
          if (all.length > 2 * options.limit) all.splice(0, options.limit);
        }
        return { count, newest: all.slice(-options.limit) };
      });
      print(found.newest, options.format === "ndjson", output);
      output.note(`${plural(found.count, "dead letter")}, ${found.newest.length} shown`);
      done(exitCode.ok);
    });
  withConfigOptions(letters.command("show").description("one of them whole"))
    .argument("<place>", "partition/offset in the dead-letter topic, as list prints it")
    .action(async (place: string, options) => {
      const letter = await withLetters(configOf(options), reading, (log, topic, { deadLetterAt }) =>
        deadLetterAt(log, topic, place),
      );
      if (letter === undefined) throw nothingAt(place);
      show(letter, output);
      done(exitCode.ok);
    });
  filtered(letters.command("replay").description("send records back to the topic that they came from"))
    .argument("[places...]", "which ones, as list prints them; else those that the options choose")
    .option("--all", "without any choice: everything that lies there")
    .option("--dry-run", "only say what would be sent")
    .action(async (places: string[], options) => {
      const { reason, stage, since, all } = options;
      if (places.length === 0 && (reason ?? stage ?? since ?? all) === undefined) {
        throw new ConfigError("Cannot replay: say which: places, --reason, --stage, --since or --all");
      }
      await replay(configOf(options), places, options, output);
      done(exitCode.ok);
    });
}

function filtered(command: Command): Command {
  return withConfigOptions(command)
    .option("--reason <reason>", "only of this reason, e.g. not-json")
    .option("--stage <stage>", "only of this stage: enrich or correlate")
    .option("--since <time>", "only written since then: a time, or how long ago (7d)", instant);
}

function print(letters: readonly FiledLetter[], ndjson: boolean, output: Output): void {
  if (ndjson) {
    for (const letter of letters) output.result(JSON.stringify(plain(letter)));
    return;
  }
  const rows = letters.map(({ place, at, stage, reason, topic, partition, offset, record, message }) => [
    place,
    new Date(at).toISOString(),
    stage,
    reason,
    `${topic}/${partition}/${offset}`,
    String(record.value?.length ?? 0),
    message.length > 100 ? `${message.slice(0, 99)}…` : message,
  ]);
  if (rows.length > 0)
    output.result(table(["place", "written", "stage", "reason", "was at", "bytes", "message"], rows));
}

function plain({ record, at, ...letter }: FiledLetter): object {
  return { ...letter, written_at: at, bytes: record.value?.length ?? 0 };
}

function show({ record, ...letter }: FiledLetter, output: Output): void {
  const lines = {
    place: letter.place,
    written: new Date(letter.at).toISOString(),
    stage: letter.stage,
    reason: letter.reason,
    message: letter.message,
    "was at": `${letter.topic}/${letter.partition}/${letter.offset}`,
    sha256: letter.digest,
    key: record.key?.toString("utf8") ?? "none",
    ...Object.fromEntries(Object.entries(record.headers).map(([name, text]) => [`header ${name}`, text])),
  };
  for (const [name, text] of Object.entries(lines)) output.result(safeLine(`${name}: ${text}`));
  output.result("");
  output.result(record.value === null ? "(only its digest is known)" : record.value.toString("utf8"));
}

async function replay(
  config: Config,
  places: readonly string[],
  options: LetterFilter & { readonly dryRun?: true },
  output: Output,
): Promise<void> {
  const actor = options.dryRun === true ? reading : "dead-letter replay";
  await withLetters(config, actor, async (log, topic, { deadLetters, deadLetterAt, replayed }) => {
    const producer = log.producer();
    let [sent, lost] = [0, 0];
    let waiting: OutgoingRecord[] = [];
    const flush = async (): Promise<void> => {
      if (options.dryRun !== true && waiting.length > 0) await producer.send(waiting);
      waiting = [];
    };
    const chosen =
      places.length > 0
        ? lettersAt(places, (place) => deadLetterAt(log, topic, place))
        : deadLetters(log, topic, options);
    for await (const letter of chosen) {
      const record = replayed(letter);
      if (record === null) {
        lost += 1;
        output.note(`${letter.place}: only its digest is known`);
        continue;
      }
      sent += 1;
      waiting.push(record);
      if (waiting.length === batch) await flush();
    }
    await flush();
    await producer.close();
    const verb = options.dryRun === true ? "would be sent back" : "sent back";
    output.result(`${plural(sent, "record")} ${verb}${lost === 0 ? "" : `, ${lost} cannot be`}`);
  });
}

async function* lettersAt(
  places: readonly string[],
  find: (place: string) => Promise<FiledLetter | undefined>,
): AsyncGenerator<FiledLetter> {
  for (const place of places) {
    const letter = await find(place);
    if (letter === undefined) throw nothingAt(place);
    yield letter;
  }
}

function nothingAt(place: string): ConfigError {
  return new ConfigError(
    `Cannot find the dead letter: it must lie at partition/offset: current value is ${place}`,
  );
}

type Letters = typeof import("../app/dead-letters.ts");

/** Kafka's client is loaded only here: other commands start without it. */
async function withLetters<T>(
  config: Config,
  actor: Actor,
  work: (log: Log, topic: string, letters: Letters) => Promise<T>,
): Promise<T> {
  const { openLog, topicNames } = await import("../app/ports.ts");
  const { reachLog } = await import("../app/reach-log.ts");
  const { rightsOf } = await import("../app/rights.ts");
  const letters = await import("../app/dead-letters.ts");
  const log = openLog(config, null);
  try {
    await reachLog(log, rightsOf(config, actor));
    return await work(log, topicNames(config).deadLetter, letters);
  } finally {
    await log.close();
  }
}
