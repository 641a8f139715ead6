/** `corral replay`: what was recorded through the embedded engine, judged with the rules of today. */
import type { JudgeSettings } from "../correlation/judge-settings.ts";
import type { Verdict } from "../correlation/verdict.ts";
import type { EnrichmentChain } from "../enrichment/chain.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import { FinalAlerts } from "./final-alerts.ts";

export interface ReplayOptions {
  readonly rules: RuleSet;
  readonly judge: JudgeSettings;
  /** For events that bring no context of their own yet. */
  readonly chain: EnrichmentChain;
}

export interface ReplayResult {
  readonly alerts: readonly Verdict[];
  readonly events: number;
  readonly late: number;
  /** Alerts beyond `alerts.max_per_minute`, which are only counted. */
  readonly muted: number;
  /** Groups given up beyond `state.max_groups`. */
  readonly shed: number;
}

/** Judges the events as they come, to the end. Throws what reading them throws. */
export async function replay(
  history: AsyncIterable<SecurityEvent>,
  { rules, judge, chain }: ReplayOptions,
): Promise<ReplayResult> {
  const engine = new EmbeddedEngine(rules, judge);
  const alerts = new FinalAlerts();
  let events = 0;
  for await (const event of history) {
    events += 1;
    alerts.add(engine.feed(chain.pass(event)));
  }
  alerts.add(engine.finish());
  const { late, tooLate, shed } = engine.counts;
  return { alerts: alerts.list(), events, late: late + tooLate, muted: engine.muted, shed };
}
