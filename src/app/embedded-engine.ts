/**
 * The engine in one process without any server: events in, verdicts out. It judges with the very code of the correlator,
 * over groups that all stay in memory; watermark = highest event time seen less the allowed lateness.
 */
import type { JudgeSettings } from "../correlation/judge-settings.ts";
import { PartitionJudge } from "../correlation/partition-judge.ts";
import { dropOf, SensorDrops } from "../correlation/sensor-drops.ts";
import type { Verdict } from "../correlation/verdict.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { RuleSet } from "../rules/rule-set.ts";

export class EmbeddedEngine {
  readonly #judge: PartitionJudge;

  readonly #drops = new SensorDrops();
  #standing = false;
  #muted = 0;

  /** `loadedAt`: event time at which the rules were loaded; default: that of the first event. */
  constructor(rules: RuleSet, settings: JudgeSettings, loadedAt?: number) {
    const lost: JudgeSettings["lost"] = (from, to, node) => this.#drops.within(from, to, node);
    this.#judge = new PartitionJudge(rules, { ...settings, lost });
    if (loadedAt !== undefined) this.#stand(loadedAt);
  }

  get counts(): PartitionJudge["counts"] {
    return this.#judge.counts;
  }

  /** Alerts of a storm that were counted and not said. */
  get muted(): number {
    return this.#muted;
  }

  /** Judges an event as it arrives. */
  feed(event: SecurityEvent): readonly Verdict[] {
    const verdicts: Verdict[] = [];
    if (!this.#standing) this.#stand(event.timestamp);
    const drop = dropOf(event);
    if (drop !== null) this.#drops.add(drop);
    this.#judge.advance(event.timestamp, verdicts);
    this.#judge.judgeAlone(event, undefined, verdicts);
    for (const touch of this.#judge.allTouches(event)) this.#judge.judge(event, touch, verdicts);
    this.#shed(verdicts);
    this.#judge.dropChanges();
    return this.#said(verdicts);
  }

  /** Moves event time on without an event, by `ms` from the highest seen. */
  advanceBy(ms: number): readonly Verdict[] {
    return this.advanceTo(this.#judge.time + ms);
  }

  /** Moves event time on to `time`; never back. */
  advanceTo(time: number): readonly Verdict[] {
    const verdicts: Verdict[] = [];
    this.#judge.advance(time, verdicts);
    this.#judge.dropChanges();
    return this.#said(verdicts);
  }

  /** A rule that only makes events for others says nothing to people, nor does one alert too many of a storm. */
  #said(verdicts: readonly Verdict[]): readonly Verdict[] {
    if (verdicts.length === 0) return verdicts;
    return verdicts.filter(({ rule, muted, status, mergedInto }) => {
      if (rule.alerts && muted && status === "closed" && mergedInto === null) this.#muted += 1;
      return rule.alerts && !muted;
    });
  }

  #stand(loadedAt: number): void {
    this.#standing = true;
    this.#judge.stand(this.#judge.standingKeys(), loadedAt);
  }

  /** Every group is in memory, and in line since it came. */
  #shed(verdicts: Verdict[]): void {
    for (const { windowName, groups } of this.#judge.excess()) {
      this.#judge.shed(this.#judge.live.take(windowName, groups), verdicts);
    }
  }

  /** No event will follow: everything is decided and closed. */
  finish(): readonly Verdict[] {
    return this.advanceTo(Number.POSITIVE_INFINITY);
  }
}
