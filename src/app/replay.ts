/**
 * `corral replay`: recorded files through the embedded engine. Several files are read as the partitions of one topic,
 * merged by event time, so that files of several nodes are judged as one stream.
 */
import type { JudgeSettings } from "../correlation/judge-settings.ts";
import type { Verdict } from "../correlation/verdict.ts";
import type { EnrichmentChain } from "../enrichment/chain.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import { FinalAlerts } from "./final-alerts.ts";
import { type RefusedLine, readEventFiles } from "./read-event-files.ts";

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
  readonly refused: readonly RefusedLine[];
}

/** Reads lines of JSON; empty ones are passed over. Throws ConfigError when a file cannot be read. */
export async function replay(
  files: readonly string[],
  { rules, judge, chain }: ReplayOptions,
): Promise<ReplayResult> {
  const refused: RefusedLine[] = [];
  const engine = new EmbeddedEngine(rules, judge);
  const alerts = new FinalAlerts();
  let events = 0;
  for await (const event of readEventFiles(files, refused)) {
    events += 1;
    alerts.add(engine.feed(chain(event)));
  }
  alerts.add(engine.finish());
  return { alerts: alerts.list(), events, late: engine.counts.late + engine.counts.tooLate, refused };
}
