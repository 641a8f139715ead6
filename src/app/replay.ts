/**
 * `corral replay`: recorded files through the embedded engine. Several files are read as the partitions of one topic,
 * merged by event time, so that files of several nodes are judged as one stream.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { JudgeSettings } from "../correlation/judge-settings.ts";
import type { Verdict } from "../correlation/verdict.ts";
import type { EnrichmentChain } from "../enrichment/chain.ts";
import { ConfigError, InvalidMessage, messageOf } from "../errors.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { readRecord } from "../sources/read-record.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import { FinalAlerts } from "./final-alerts.ts";

export interface ReplayOptions {
  readonly rules: RuleSet;
  readonly judge: JudgeSettings;
  readonly chain: EnrichmentChain;
}

export interface ReplayResult {
  readonly alerts: readonly Verdict[];
  readonly events: number;
  readonly late: number;
  /** Lines that could not be read. */
  readonly refused: readonly { readonly file: string; readonly line: number; readonly reason: string }[];
}

/** Reads lines of JSON; empty ones are passed over. Throws ConfigError when a file cannot be read. */
export async function replay(
  files: readonly string[],
  { rules, judge, chain }: ReplayOptions,
): Promise<ReplayResult> {
  const refused: { file: string; line: number; reason: string }[] = [];
  const engine = new EmbeddedEngine(rules, judge);
  const alerts = new FinalAlerts();
  let events = 0;
  for await (const event of merged(files.map((file) => eventsOf(file, refused)))) {
    events += 1;
    alerts.add(engine.feed(chain(event)));
  }
  alerts.add(engine.finish());
  return { alerts: alerts.list(), events, late: engine.counts.late + engine.counts.tooLate, refused };
}

/** Takes the earliest of the streams' heads each time; within a stream the order of arrival stays. */
async function* merged(streams: readonly AsyncGenerator<SecurityEvent>[]): AsyncGenerator<SecurityEvent> {
  const heads: { event: SecurityEvent; stream: AsyncGenerator<SecurityEvent> }[] = [];
  for (const stream of streams) {
    const { value, done } = await stream.next();
    if (done !== true) heads.push({ event: value, stream });
  }
  while (heads.length > 0) {
    const first = heads.reduce((least, head) =>
      head.event.timestamp < least.event.timestamp ? head : least,
    );
    yield first.event;
    const { value, done } = await first.stream.next();
    if (done === true) heads.splice(heads.indexOf(first), 1);
    else first.event = value;
  }
}

async function* eventsOf(
  file: string,
  refused: { file: string; line: number; reason: string }[],
): AsyncGenerator<SecurityEvent> {
  const input = createReadStream(file);
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      if (text.trim() === "") continue;
      try {
        yield* await readRecord({ value: Buffer.from(text), headers: {}, origin: null }, refuseAvro);
      } catch (error) {
        if (!(error instanceof InvalidMessage)) throw error;
        refused.push({ file, line, reason: error.message });
      }
    }
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      throw new ConfigError(`Cannot replay ${file}: the file must be readable: ${messageOf(error)}`);
    }
    throw error;
  }
}

function refuseAvro(): never {
  throw new InvalidMessage("no-registry", "Cannot read Avro: files hold lines of JSON");
}
