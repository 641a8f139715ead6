/**
 * One partition of the enriched topic under the correlate role: load, judge, apply and emit, slice by slice.
 *
 * A slice of records is judged in memory, then everything it changed is applied in one step, at once where something is
 * to be said, else with what follows (put-off.ts). Redelivered records lie below the offset or are known by their origin;
 * late and out-of-order events are the judge's business.
 */
import { engineAlert } from "../alerts/engine-alert.ts";
import type { JudgeSettings } from "../correlation/judge-settings.ts";
import { LevelProgress } from "../correlation/level-progress.ts";
import { LiveGroups } from "../correlation/live-groups.ts";
import { PartitionJudge } from "../correlation/partition-judge.ts";
import { RawProgress } from "../correlation/raw-progress.ts";
import { SensorDrops } from "../correlation/sensor-drops.ts";
import type { Touch } from "../correlation/touches.ts";
import type { Verdict } from "../correlation/verdict.ts";
import { InvalidMessage, messageOf } from "../errors.ts";
import type { Origin } from "../events/security-event.ts";
import { type RuleSet, windowName, windowNameOf } from "../rules/rule-set.ts";
import type { GroupKey } from "../state/store.ts";
import type { LogRecord } from "../transport/log.ts";
import type { Checkpoint, PartitionWorker } from "../transport/partition-worker.ts";
import { levelsRecord } from "./control-records.ts";
import type { CorrelateContext } from "./correlate-context.ts";
import { deadLetter } from "./dead-letter.ts";
import { DueWindows, orphansOf } from "./due-windows.ts";
import { emissionsOf } from "./emissions-of.ts";
import type { LostState, OpenAlert } from "./lost-state.ts";
import type { Emission } from "./outbox.ts";
import { OverloadReports } from "./overload-reports.ts";
import { type Claimed, PartitionSession } from "./partition-session.ts";
import { PutOff } from "./put-off.ts";
import { quarantined } from "./quarantined.ts";
import type { EnrichedItem } from "./read-enriched.ts";
import { readSlice } from "./read-slice.ts";
import { ageRules, cameAt, type RuleAges, stillYoung } from "./rule-ages.ts";

/** Rounds of giving groups up between two applies. */
const shedRounds = 4;
/** Groups that the store is asked for at once. */
const shedPage = 5_000;

/** An item and the windows it belongs into. */
interface Judged {
  readonly item: EnrichedItem;
  readonly touches: readonly Touch[];
}

export class CorrelateWorker implements PartitionWorker<Checkpoint> {
  readonly #partition: number;
  readonly #context: CorrelateContext;
  readonly #session: PartitionSession;
  #rules: RuleSet;
  #ages: RuleAges;
  readonly #settings: JudgeSettings;
  #judge: PartitionJudge;
  readonly #due: DueWindows;
  #progress = new RawProgress(null, []);
  #levels: LevelProgress;
  #drops = new SensorDrops();
  #overload: OverloadReports;
  /** Up to which expiry the store was asked for groups that may go. */
  #askedUpTo = Number.NEGATIVE_INFINITY;
  /** By level, the times last told to the other partitions. */
  #told: readonly number[] = [];
  /** Next offset to be judged. */
  #position = 0;
  /** The store's offset: what lies between it and `#position` is put off. */
  #applied = 0;
  readonly #putOff: PutOff;
  /** What the judge had counted at the last apply. */
  #counted = { judged: 0, late: 0 };
  #released = false;
  #standing = false;
  /** Judging or an apply failed: what was judged is in nobody's hands, and what the store has only a claim tells. */
  #unsure = false;
  /** Set while windows are filled again from the log. */
  #lost: LostState | null = null;
  /** Alerts of the engine about itself, to go out with the next apply. */
  #findings: Emission[] = [];

  constructor(partition: number, context: CorrelateContext) {
    this.#partition = partition;
    this.#context = context;
    const { judge, observe } = context;
    this.#rules = context.rules();
    this.#ages = ageRules(null, this.#rules, Number.NEGATIVE_INFINITY);
    this.#settings = {
      ...judge,
      ruleSince: (rule) => cameAt(this.#ages, rule),
      lost: (from, to, node) => this.#drops.within(from, to, node),
    };
    this.#session = new PartitionSession({
      ...context,
      rulesVersion: () => this.#rules.version,
      ruleAges: () => this.#ages,
      drops: () => this.#drops.records(),
      overload: () => this.#overload.records(),
      emitted: observe.emitted,
    });
    this.#overload = new OverloadReports(this.#where);
    this.#putOff = new PutOff({ maxRecords: context.maxRecords, maxMs: context.applyWithinMs });
    this.#judge = new PartitionJudge(this.#rules, this.#settings, { ownKeyOnly: true });
    this.#due = new DueWindows(this.#session);
    this.#levels = new LevelProgress(context.partitions);
  }

  async claim(): Promise<number> {
    const { observe } = this.#context;
    this.#rules = this.#context.rules();
    const claimed = await this.#claimed();
    const { offset, ages, rebuilding, levels, drops, resent } = claimed;
    this.#progress = new RawProgress(claimed.progress, claimed.seen);
    const { time } = this.#progress;
    this.#ages = ageRules(ages, this.#rules, time);
    const live = new LiveGroups(this.#context.maxGroups, claimed.live);
    this.#judge = new PartitionJudge(this.#rules, this.#settings, { time, ownKeyOnly: true, live });
    this.#counted = { judged: 0, late: 0 };
    this.#putOff.clear();
    this.#overload = new OverloadReports(this.#where, claimed.overload);
    this.#askedUpTo = Number.NEGATIVE_INFINITY;
    this.#levels = new LevelProgress(this.#context.partitions, levels);
    this.#drops = new SensorDrops(drops);
    this.#told = [];
    this.#produced([]);
    this.#findings = [];
    this.#lost = null;
    this.#standing = false;
    this.#unsure = false;
    this.#position = offset === null || rebuilding !== null ? await this.#begin(offset, rebuilding) : offset;
    this.#applied = this.#position;
    observe.claimed(this.#partition, resent);
    return this.#position;
  }

  /** After a failure the store may be full: what has expired is freed first. */
  async #claimed(): Promise<Claimed> {
    const claimed = await this.#session.claim();
    const { time } = new RawProgress(claimed.progress, []);
    if (!this.#unsure || !Number.isFinite(time)) return claimed;
    return (await this.#session.trim(time)) ? this.#session.claim() : claimed;
  }

  /** Nothing is in the store, or not yet again all of it: a new partition, or a state that was lost. */
  async #begin(offset: number | null, until: number | null): Promise<number> {
    const beginning = await this.#context.beginning(this.#partition, until);
    if (typeof beginning === "number") return offset ?? beginning;
    // Where a rebuilding goes on, nobody knows any more from where on its windows are whole.
    this.#lost = offset === null ? beginning : { ...beginning, completeFrom: Number.NEGATIVE_INFINITY };
    this.#judge.rebuild(this.#lost);
    await this.#restore(beginning.open);
    const from = offset ?? beginning.from;
    this.#context.observe.rebuilding(this.#partition, from, beginning.until);
    return from;
  }

  /** Alerts that were open go on, or end in their time, also where no event touches their window any more. */
  async #restore(open: readonly OpenAlert[]): Promise<void> {
    const own = open
      .filter(({ groupKey }) => this.#context.partitionOf(groupKey) === this.#partition)
      .map(({ rule, groupKey, episode }) => ({ key: `${windowName(rule)}:${groupKey}`, episode }));
    await this.#load(own.map(({ key }) => key));
    for (const { key, episode } of own) this.#judge.restore(key, episode);
  }

  async process(records: readonly LogRecord[]): Promise<void> {
    const { maxRecords } = this.#context;
    if (this.#unsure && (await this.claim()) !== records[0]!.offset) return;
    for (let start = 0; start < records.length && !this.#released; start += maxRecords) {
      const items = await this.#read(records.slice(start, start + maxRecords));
      await this.#followRules();
      const next = records[Math.min(start + maxRecords, records.length) - 1]!.offset + 1;
      this.#unsure = true;
      await this.#slice(
        items.map((item) => ({ item, touches: this.#touches(item) })),
        next,
      );
    }
  }

  /**
   * Goes over to changed rules, once everything is applied, so that windows come back from the store: those whose rule
   * decides as before go on, and event time goes on for all.
   */
  async #followRules(): Promise<void> {
    const rules = this.#context.rules();
    if (rules === this.#rules) return;
    // Alerts that were taken up again are in the store with the first slice only, which this may be before.
    if (this.#lost !== null || !this.#putOff.none) await this.#apply([], this.#position);
    this.#rules = rules;
    const { time, rebuilding } = this.#judge;
    this.#ages = ageRules(this.#ages, rules, time);
    this.#judge = new PartitionJudge(rules, this.#settings, {
      time,
      ownKeyOnly: true,
      live: this.#judge.live,
    });
    this.#counted = { judged: 0, late: 0 };
    this.#judge.rebuild(rebuilding);
    this.#told = [];
    this.#produced([]);
    this.#standing = false;
  }

  /** After a failure nobody has what was put off: it is read again. */
  position(): number {
    return this.#unsure ? this.#applied : this.#position;
  }

  /** The stored offset is the truth; what is committed to the log only shows the lag. */
  checkpoint(): Checkpoint {
    return { offset: this.#applied };
  }

  async drain(): Promise<void> {
    if (!this.#putOff.none && !this.#unsure) await this.#apply([], this.#position);
  }

  async gap(from: number, to: number): Promise<void> {
    if (this.#unsure) await this.claim();
    this.#context.observe.gap(this.#partition, from, to);
    this.#report("corral_log_gap", "Events Lost From The Log", `${from}-${to}`, {
      reason: `offsets ${from} to ${to - 1} of ${this.#context.topics.enriched}/${this.#partition} are gone: alerts may be missing`,
    });
    await this.#apply([], to);
  }

  async quarantine(record: LogRecord, error: unknown): Promise<void> {
    const before = this.#applied;
    if (this.#unsure) {
      const claimed = await this.claim();
      // Gone back: all of it is read again. Ahead: another owner has been past the record.
      if (claimed < before || claimed > record.offset) return;
    }
    const { producer, topics, observe } = this.#context;
    const fault = new InvalidMessage(quarantined.reason, messageOf(error));
    observe.dead(fault.reason);
    await producer.send([deadLetter(topics.deadLetter, "correlate", record, fault)]);
    this.#findings.push({
      kind: "alert",
      record: engineAlert(quarantined.finding(record, fault.message)),
    });
    await this.#apply([], record.offset + 1);
  }

  release(): void {
    this.#released = true;
  }

  /** What cannot be decoded goes to the dead letters. */
  async #read(records: readonly LogRecord[]): Promise<readonly EnrichedItem[]> {
    const { items, dead, findings } = await readSlice(records, this.#context);
    for (const finding of findings) this.#findings.push({ kind: "alert", record: engineAlert(finding) });
    if (dead.length > 0) await this.#context.producer.send(dead);
    return items;
  }

  #touches(item: EnrichedItem): readonly Touch[] {
    if (item.kind === "chain") return this.#judge.producedTouches(item.event, item.key);
    return item.kind === "event" ? this.#judge.touches(item.event, item.key) : [];
  }

  async #slice(items: readonly Judged[], next: number): Promise<void> {
    const time = this.#timeAfter(items);
    if (!this.#standing && Number.isFinite(time)) await this.#stand(time);
    const decides = items.some(({ item }) => item.kind === "levels") && this.#rules.chains.acrossGroups;
    if (time > this.#judge.time || (decides && Number.isFinite(time))) {
      const all = await this.#loadDue(time);
      if (!all && time > this.#judge.time) return this.#inRounds(items, next);
    }
    await this.#judgeAndApply(items, next);
  }

  /** Sets up the listed groups that live in this partition, once event time is known. */
  async #stand(time: number): Promise<void> {
    this.#standing = true;
    const { partitionOf } = this.#context;
    const own = this.#judge
      .standingKeys()
      .filter((key) => partitionOf(key.slice(key.indexOf(":") + 1)) === this.#partition);
    await this.#load(own);
    this.#judge.stand(own, Number.isFinite(this.#judge.time) ? this.#judge.time : time);
  }

  /** Too much falls due at once: what comes before the watermark record, then it alone in rounds, then the rest. */
  async #inRounds(items: readonly Judged[], next: number): Promise<void> {
    const at = items.findIndex((_, index) => this.#timeAfter(items.slice(0, index + 1)) > this.#judge.time);
    const mark = items[at]!;
    if (at > 0) await this.#judgeAndApply(items.slice(0, at), mark.item.offset);
    const time = this.#timeAfter([mark]);
    for (let all = false; !all; ) {
      all = await this.#loadDue(time);
      const verdicts: Verdict[] = [];
      this.#judge.settleDue(time, verdicts);
      await this.#apply(verdicts, this.#position);
    }
    const rest = items.slice(at + 1);
    await this.#judgeAndApply([mark], rest.length === 0 ? next : mark.item.offset + 1);
    if (rest.length > 0) await this.#slice(rest, next);
  }

  async #judgeAndApply(items: readonly Judged[], next: number): Promise<void> {
    await this.#loadMissing(missingOf(items, this.#judge));
    const verdicts: Verdict[] = [];
    for (const { item, touches } of items) {
      if (item.kind === "watermark") {
        this.#judge.advance(this.#progress.watermark(item.body), verdicts);
        this.#produced(verdicts);
      } else if (item.kind === "levels") {
        this.#levels.take(item.body);
        this.#produced(verdicts);
      } else if (item.kind === "drops") {
        this.#drops.add(item.body);
      } else if (item.kind === "chain") {
        for (const touch of touches) this.#judge.judgeProduced(item.event, item.until, touch, verdicts);
      } else if (item.kind === "event" && this.#isNew(item.event.origin, item.key)) {
        this.#judge.judgeAlone(item.event, item.key, verdicts);
        for (const touch of touches) this.#judge.judge(item.event, touch, verdicts);
      }
    }
    await this.#shed(verdicts);
    const few = this.#putOff.add(next - this.#position, this.#context.clock.monotonic());
    if (few && verdicts.length === 0 && this.#mayWait()) {
      this.#position = next;
      this.#unsure = false;
    } else await this.#apply(verdicts, next);
    this.#judge.evict(this.#context.cacheEntries);
  }

  /** Whether nobody waits for what was judged: no alert, no other partition, no rule that goes or state that comes back. */
  #mayWait(): boolean {
    const { chains, retired } = this.#rules;
    return this.#findings.length === 0 && !chains.acrossGroups && retired.size === 0 && this.#lost === null;
  }

  /** Gives groups up where a rule has more than its share, in some rounds: a few too many wait for the next slice. */
  async #shed(verdicts: Verdict[]): Promise<void> {
    for (let round = 0; round < shedRounds; round += 1) {
      const excess = this.#judge.excess();
      if (excess.length === 0) return;
      for (const { windowName: name, groups } of excess) {
        const candidates = this.#judge.live.take(name, groups);
        if (candidates.length < groups) await this.#askForOthers(name);
        await this.#load(candidates.map(({ key }) => key));
        const { id } = this.#rules.byWindowName.get(name)!;
        for (const { source } of this.#judge.shed(candidates, verdicts)) {
          this.#overload.group(id, source);
          this.#context.observe.shed(id);
        }
      }
    }
  }

  /** Puts the rule's groups of before this owner's time in line, a page at a time. */
  async #askForOthers(name: string): Promise<void> {
    const page = await this.#session.expiring(this.#askedUpTo, shedPage);
    this.#askedUpTo = page.length < shedPage ? Number.NEGATIVE_INFINITY : page.at(-1)!.at;
    this.#judge.remember(page.map(({ key }) => key).filter((key) => windowNameOf(key) === name));
  }

  /** Rules over rules of other groups wait for the slowest partition of the level below. */
  #produced(verdicts: Verdict[]): void {
    const { chains } = this.#rules;
    if (!chains.acrossGroups) return;
    const below = Array.from({ length: chains.levels }, (_, level) =>
      level === 0 ? Number.POSITIVE_INFINITY : this.#levels.reached(level - 1),
    );
    this.#judge.produced(below, verdicts);
  }

  /** Tells every partition how far this one has decided each level, once what it decided is acknowledged. */
  async #tellLevels(): Promise<void> {
    const { partitions, topics, producer } = this.#context;
    const rules = this.#rules;
    if (!rules.chains.acrossGroups) return;
    const times = Array.from({ length: rules.chains.levels - 1 }, (_, level) => this.#judge.timeOf(level));
    if (times.every((time, level) => time === this.#told[level])) return;
    this.#told = times;
    const body = {
      partition: this.#partition,
      times: times.map((time) => (Number.isFinite(time) ? time : null)),
    };
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    await producer.send(all.map((partition) => levelsRecord(topics.enriched, partition, body)));
  }

  #timeAfter(items: readonly Judged[]): number {
    const bodies = items.flatMap(({ item }) => (item.kind === "watermark" ? [item.body] : []));
    return bodies.length === 0 ? this.#judge.time : this.#progress.timeAfter(bodies);
  }

  #isNew(origin: Origin | null | undefined, key: string): boolean {
    if (origin === undefined || origin === null) return true;
    const arrival = this.#progress.arrive(origin, key);
    if (arrival === "duplicate") this.#context.observe.duplicate(this.#partition);
    if (arrival === "recreated") {
      this.#context.observe.recreated(this.#partition, origin.partition);
      this.#report(
        "corral_topic_recreated",
        "Raw Topic Began Anew",
        `${origin.partition}/${origin.broker_time}`,
        {
          reason: `${origin.topic}/${origin.partition} began anew at offset ${origin.offset}: what was in it before and not yet read is lost`,
        },
      );
    }
    return arrival !== "duplicate";
  }

  /** False: that was only the first of it. */
  async #loadDue(time: number): Promise<boolean> {
    const { due, all } = await this.#due.look(time);
    await this.#load(due.map(({ key }) => key).filter((key) => this.#judge.wants(key)));
    for (const { key, at } of due) this.#judge.dueAt(key, at);
    this.#judge.forget(orphansOf(due, this.#judge, time));
    return all;
  }

  async #load(keys: readonly GroupKey[]): Promise<void> {
    const reached = new Set(keys.flatMap((key) => this.#judge.reachedFrom(key)));
    await this.#loadMissing([...reached].filter((key) => !this.#judge.has(key)));
  }

  async #loadMissing(keys: readonly GroupKey[]): Promise<void> {
    if (keys.length === 0) return;
    const stored = await this.#session.load(keys);
    for (const [index, key] of keys.entries()) this.#judge.adopt(key, stored[index]!);
  }

  async #apply(verdicts: readonly Verdict[], next: number): Promise<void> {
    const said = verdicts.flatMap((verdict) => this.#emissionsOf(verdict));
    for (const finding of this.#overload.due(this.#judge.time)) {
      this.#findings.push({ kind: "alert", record: engineAlert(finding) });
    }
    const emissions = [...this.#findings, ...said];
    this.#findings = [];
    const changes = this.#judge.takeChanges();
    this.#drops.forget(this.#judge.time - this.#rules.longestWindow - this.#context.judge.allowedLateness);
    this.#ages = stillYoung(this.#ages, this.#rules, this.#judge.time, this.#context.judge.allowedLateness);
    const rebuilding = this.#lost !== null && next < this.#lost.until ? this.#lost.until : null;
    this.#unsure = true;
    const applied = await this.#session.apply(
      this.#applied,
      next,
      changes,
      this.#judge.live.takeChanges(),
      this.#progress,
      emissions,
      rebuilding,
      this.#levels.records(),
    );
    this.#unsure = false;
    this.#position = next;
    this.#applied = next;
    this.#putOff.clear();
    await this.#tellLevels();
    if (rebuilding === null) this.#rebuilt();
    const { time, bytes, openEpisodes: open, counts } = this.#judge;
    const judged = counts.judged - this.#counted.judged;
    const late = counts.late - this.#counted.late;
    this.#counted = { judged: counts.judged, late: counts.late };
    const groups = this.#judge.live.total;
    this.#context.observe.applied(this.#partition, { ...applied, judged, late, time, groups, bytes, open });
  }

  #rebuilt(): void {
    if (this.#lost === null) return;
    this.#lost = null;
    this.#judge.rebuild(undefined);
  }

  #emissionsOf(verdict: Verdict): readonly Emission[] {
    if (this.#lost?.wasSaid(verdict.id, verdict.revision) === true) return [];
    if (verdict.rule.alerts && verdict.muted) this.#mute(verdict);
    return emissionsOf(verdict, this.#rules, this.#context.topics.raw, this.#context.actions);
  }

  /** One alert too many of a storm: counted when its events are. */
  #mute({ rule, status, mergedInto, count }: Verdict): void {
    if (status !== "closed" || mergedInto !== null) return;
    this.#overload.alert(rule.id, count);
    this.#context.observe.muted(rule.id);
  }

  get #where(): Readonly<Record<string, string>> {
    return { topic: this.#context.topics.enriched, partition: String(this.#partition) };
  }

  #report(rule: string, name: string, identity: string, { reason }: { readonly reason: string }): void {
    const group = this.#where;
    const at = Number.isFinite(this.#judge.time) ? this.#judge.time : this.#context.clock.now();
    const record = engineAlert({ rule, name, severity: "high", group, identity, at, reason });
    this.#findings.push({ kind: "alert", record });
  }
}

/** Each once. */
function missingOf(items: readonly Judged[], judge: PartitionJudge): readonly GroupKey[] {
  const missing = new Set<GroupKey>();
  for (const { touches } of items) {
    for (const touch of touches) for (const key of judge.missing(touch)) missing.add(key);
  }
  return [...missing];
}
