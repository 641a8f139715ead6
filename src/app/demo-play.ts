/**
 * Plays a story through the embedded engine: each record with the alerts that open at it, in order of arrival. What a
 * correlator would write to its topics, without any server.
 */

import type { Action } from "../actions/action.ts";
import { type ActionSettings, planActions } from "../actions/plan-actions.ts";
import type { Alert } from "../alerts/alert.ts";
import { alertOf } from "../alerts/alert-of.ts";
import type { JudgeSettings } from "../correlation/judge-settings.ts";
import type { Verdict } from "../correlation/verdict.ts";
import type { EnrichmentChain } from "../enrichment/chain.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { StoryRecord } from "./demo-story.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";

export interface PlayOptions {
  readonly rules: RuleSet;
  readonly judge: JudgeSettings;
  readonly actions: ActionSettings;
  readonly chain: EnrichmentChain;
  /** Topic that the evidence's origins name. */
  readonly rawTopic: string;
}

export interface OpenedAlert {
  readonly alert: Alert;
  readonly actions: readonly Action[];
}

export interface Scene {
  /** Null: the story is over, and what waited for it is decided. */
  readonly event: SecurityEvent | null;
  readonly opened: readonly OpenedAlert[];
}

export function* play(story: readonly StoryRecord[], options: PlayOptions): Generator<Scene> {
  const engine = new EmbeddedEngine(options.rules, options.judge);
  for (const { event } of story) {
    const seen = options.chain.pass(event);
    yield { event: seen, opened: openedBy(engine.feed(seen), options) };
  }
  yield { event: null, opened: openedBy(engine.finish(), options) };
}

/** The alerts that a story must raise under these rules, by fingerprint (rule and group). */
export function expectedAlerts(
  story: readonly StoryRecord[],
  options: PlayOptions,
): ReadonlyMap<string, Alert> {
  const opened = [...play(story, options)].flatMap((scene) => scene.opened);
  return new Map(opened.map(({ alert }) => [alert.fingerprint, alert]));
}

function openedBy(verdicts: readonly Verdict[], options: PlayOptions): readonly OpenedAlert[] {
  return verdicts
    .filter(({ status }) => status === "open")
    .map((verdict) => {
      const alert = alertOf(verdict, options.rawTopic);
      return { alert, actions: planActions(verdict.rule, alert, options.actions) };
    });
}
