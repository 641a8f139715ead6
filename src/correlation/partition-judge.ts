/**
 * All groups of one partition under one rule set: judging a record in the windows that it touches, and what falls due when
 * the partition's event time moves on. The same class serves the embedded engine, where every group stays in memory, and
 * a partition whose groups live in the state store and are only cached here.
 */
import { primaryKey } from "../events/group-key.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import { sameGroups } from "../rules/chains.ts";
import type { Rule } from "../rules/rule.ts";
import { marksOf, placesOf, type RuleSet, windowName, windowNameOf } from "../rules/rule-set.ts";
import type { GroupChange, GroupKey, Mark, StoredGroup, WindowEntry } from "../state/store.ts";
import { CachedWindows } from "./cached-windows.ts";
import { delaysOf } from "./delays.ts";
import { type DueItem, DueQueue } from "./due-queue.ts";
import type { Episode } from "./episode.ts";
import { close, isClosedAt } from "./episodes.ts";
import { GroupWindow } from "./group-window.ts";
import { forgetLasting, judge, judgeLasting, settle, stand } from "./judge.ts";
import { judgeAlone } from "./judge-alone.ts";
import type { JudgeSettings, Rebuilding } from "./judge-settings.ts";
import { type Candidate, type Excess, LiveGroups } from "./live-groups.ts";
import { OpeningRate } from "./opening-rate.ts";
import { type Produced, producedEvents, producedIds } from "./produced-events.ts";
import { RetiredWindows } from "./retired-windows.ts";
import { schedule } from "./schedule.ts";
import { keyOfTouch, producedTouches, type Touch, touchesOf, touchOf } from "./touches.ts";
import type { Verdict } from "./verdict.ts";
import { placeOf } from "./window-key.ts";

export interface JudgeCounts {
  judged: number;
  late: number;
  tooLate: number;
  duplicates: number;
  /** Groups given up since their rule had more than its share. */
  shed: number;
}

const empty: StoredGroup = { entries: [], open: null };
const none: readonly GroupKey[] = [];

export class PartitionJudge {
  readonly counts: JudgeCounts = { judged: 0, late: 0, tooLate: 0, duplicates: 0, shed: 0 };
  readonly #rules: RuleSet;
  #settings: JudgeSettings;
  readonly #ownKeyOnly: boolean;
  /** By level, how far the level below is decided on all partitions; infinite where nothing comes from others. */
  #producers: readonly number[];
  readonly #cached = new CachedWindows();
  readonly #dirty = new Set<GroupWindow>();
  /** By level: rules that read others' alerts stand behind them. */
  readonly #due: readonly DueQueue[];
  /** By level, the event time up to which everything due has been decided. */
  readonly #settled: number[];
  readonly #dropped = new Set<GroupKey>();
  readonly #retired: RetiredWindows;
  readonly #live: LiveGroups;
  #time: number;
  /** The last event time that was finite. */
  #come = Number.NEGATIVE_INFINITY;

  /**
   * `ownKeyOnly`: alerts are handed on to rules of the same group only, since windows of other groups may belong to
   * another partition. `live`: the partition's live groups as the store has them.
   */
  constructor(
    rules: RuleSet,
    settings: JudgeSettings,
    {
      time = Number.NEGATIVE_INFINITY,
      ownKeyOnly = false,
      live = new LiveGroups(settings.maxGroups ?? Number.POSITIVE_INFINITY),
    }: { readonly time?: number; readonly ownKeyOnly?: boolean; readonly live?: LiveGroups } = {},
  ) {
    this.#ownKeyOnly = ownKeyOnly;
    this.#producers = [];
    this.#rules = rules;
    this.#live = live;
    const rate = new OpeningRate(settings.maxAlertsPerMinute ?? Number.POSITIVE_INFINITY);
    const admits: JudgeSettings["admits"] = (rule, openedAt) => rate.admits(rule, openedAt);
    this.#settings = { ...settings, delays: delaysOf(rules, settings), admits };
    this.#retired = new RetiredWindows(rules.retired, settings);
    this.#due = Array.from({ length: rules.chains.levels }, () => new DueQueue());
    this.#settled = this.#due.map(() => time);
    this.#time = time;
  }

  /** The partition's event time: the highest seen, or the minimum over the raw partitions. */
  get time(): number {
    return this.#time;
  }

  get groups(): number {
    return this.#cached.size;
  }

  /** Entries held in memory, relevant or only consulted, over all cached windows. */
  get entries(): number {
    return this.#cached.entries;
  }

  /** Roughly what the cached windows weigh, in bytes: measured means of an entry and of an empty window. */
  get bytes(): number {
    return this.#cached.bytes;
  }

  /** Open episodes of the cached windows. */
  get openEpisodes(): number {
    return this.#cached.openEpisodes;
  }

  /** The windows that an event under this correlation key belongs into. */
  touches(event: SecurityEvent, correlationKey: string): readonly Touch[] {
    return touchesOf(this.#rules, event, correlationKey);
  }

  /**
   * Judges the event under the rules without state, whatever its time: each match is an alert. Only its primary record
   * counts, so that each event is judged once; `correlationKey` undefined: there are no copies.
   */
  judgeAlone(event: SecurityEvent, correlationKey: string | undefined, verdicts: Verdict[]): void {
    const rules = this.#rules.stateless.candidates(event);
    if (rules.length === 0) return;
    if (correlationKey !== undefined && correlationKey !== primaryKey(event)) return;
    for (const rule of rules) {
      const marks = marksOf(rule, event);
      if (marks === null) continue;
      const verdict = judgeAlone(rule, entryOf(event, marks), event, this.#time, this.#settings);
      if (verdict === null) continue;
      this.counts.judged += 1;
      if (verdict.late) this.counts.late += 1;
      verdicts.push(verdict);
      if (!this.#ownKeyOnly) this.#tellReadersOf(rule, verdict.group, [verdict], verdicts);
    }
  }

  /** The windows that an event belongs into, over all dimensions. */
  allTouches(event: SecurityEvent): readonly Touch[] {
    return touchesOf(this.#rules, event);
  }

  get rebuilding(): Rebuilding | undefined {
    return this.#settings.rebuilding;
  }

  /** While lost state is rebuilt: what is known of alerts raised before; undefined: no longer. */
  rebuild(rebuilding: Rebuilding | undefined): void {
    const { rebuilding: _before, ...settings } = this.#settings;
    this.#settings = rebuilding === undefined ? settings : { ...settings, rebuilding };
  }

  /** Takes an alert that was open when state was lost back into its window, where it is not; it then ends in its time. */
  restore(key: GroupKey, episode: Episode): void {
    const group = this.#cached.get(key);
    if (group === undefined || group.episodes.some(({ id }) => id === episode.id)) return;
    if (isClosedAt(group, episode.openedAt)) return;
    this.#cached.uncount(group);
    group.episodes = [...group.episodes, episode].sort((a, b) => a.openedAt - b.openedAt);
    group.touch();
    schedule(group, this.#settings);
    this.#cached.count(group);
    this.#after(group);
  }

  /** The partition's live groups, for the next judge of it. */
  get live(): LiveGroups {
    return this.#live;
  }

  /** Windows of listed groups, which are judged whether they are heard of or not. */
  standingKeys(): readonly GroupKey[] {
    return this.#rules.rules.flatMap((rule) =>
      (rule.forEach ?? []).map(
        (value) => `${windowName(rule)}:${rule.group.keyOf({ [rule.groupBy[0]!]: value })}`,
      ),
    );
  }

  /** Sets up listed groups: those that nobody has judged before begin at `loadedAt`. */
  stand(keys: readonly GroupKey[], loadedAt: number): void {
    for (const key of keys) {
      const { name, group: place } = placeOf(key);
      const rule = this.#rules.byWindowName.get(name);
      if (rule === undefined) continue;
      const group = this.#groupOf({ rule, group: place });
      stand(group, loadedAt, this.#settings);
      this.#after(group);
    }
  }

  /** Windows, this one included, that a change of it may reach: those of the rules that read its alerts, in its group. */
  reachedFrom(key: GroupKey): readonly GroupKey[] {
    const { name, group } = placeOf(key);
    const rule = this.#rules.byWindowName.get(name);
    if (rule === undefined) return [key];
    const readers = this.#rules.chains.readersOf(rule).filter((reader) => sameGroups(reader, rule));
    if (readers.length === 0) return [key];
    return [key, ...readers.flatMap((reader) => this.reachedFrom(keyOfTouch({ rule: reader, group })))];
  }

  /** Keys of the windows that a touch may reach and that only the store knows. */
  missing({ rule, group }: Touch): readonly GroupKey[] {
    const isRead = this.#rules.chains.readersOf(rule).length > 0;
    if (!isRead && this.#cached.of(windowName(rule), group) !== undefined) return none;
    return this.reachedFrom(keyOfTouch({ rule, group })).filter((key) => !this.has(key));
  }

  /** Whether the store could tell nothing of the window that is not known here: it is cached, or dropped since. */
  has(key: GroupKey): boolean {
    return this.#cached.has(key) || this.#dropped.has(key) || this.#retired.has(key);
  }

  /** Whether there is anything to do in the window; else it is left alone. */
  wants(key: GroupKey): boolean {
    return this.#rules.byWindowName.has(windowNameOf(key)) || this.#retired.wants(key);
  }

  /** Takes a window over from the store. A key whose rule is not known in this version is left alone: false. */
  adopt(key: GroupKey, stored: StoredGroup): boolean {
    const { name, group } = placeOf(key);
    const rule = this.#rules.byWindowName.get(name);
    if (rule === undefined) return this.#retired.adopt(key, stored);
    this.#cached.add(new GroupWindow(rule, group, stored));
    return true;
  }

  /** Marks a cached window with the time at which the store says it is due. */
  dueAt(key: GroupKey, at: number): void {
    const group = this.#cached.get(key);
    if (group === undefined || group.dirty || nextDue(group) !== null) return;
    group.deadline = at;
    this.#queue(group);
  }

  /** Judges the event in one window; unknown windows are empty ones. */
  judge(event: SecurityEvent, touch: Touch, verdicts: Verdict[]): void {
    const group = this.#groupOf(touch);
    this.#cached.uncount(group);
    const time = this.timeOf(this.#rules.chains.levelOf(touch.rule));
    const judgement = judge(group, entryOf(event, touch.marks), event, time, this.#settings, verdicts);
    this.#cached.count(group);
    if (judgement === "duplicate") this.counts.duplicates += 1;
    else if (judgement === "too-late") this.counts.tooLate += 1;
    else this.counts.judged += 1;
    if (judgement === "late") this.counts.late += 1;
    this.#after(group, event);
    this.#tellReaders(group, verdicts);
  }

  /** The event time at which rules of a level are judged. */
  timeOf(level: number): number {
    return level === 0
      ? this.#time
      : Math.min(this.#time, this.#producers[level] ?? Number.POSITIVE_INFINITY);
  }

  /** By level, how far the level below is decided on all partitions; what now falls due is decided. */
  produced(times: readonly number[], verdicts: Verdict[]): void {
    this.#producers = times;
    this.settleDue(this.#time, verdicts);
  }

  /** Windows that an event which another partition produced belongs into, under this key. */
  producedTouches(event: SecurityEvent, correlationKey: string): readonly Touch[] {
    return producedTouches(this.#rules, event, correlationKey);
  }

  /** Judges an event that another partition produced; `gone`: it has become part of another. */
  judgeProduced(event: SecurityEvent, until: number | null, touch: Touch, verdicts: Verdict[]): void {
    if (until === null) this.#forget(keyOfTouch(touch), event.id);
    else this.#judgeLasting(event, until, touch, verdicts);
  }

  /** Moves event time on (it never goes back) and decides what falls due, in order. */
  advance(time: number, verdicts: Verdict[]): void {
    if (time <= this.#time) return;
    const { rebuilding } = this.#settings;
    if (this.#time === Number.NEGATIVE_INFINITY && rebuilding?.completeFrom === Number.POSITIVE_INFINITY) {
      const completeFrom = time + this.#settings.allowedLateness;
      this.#settings = { ...this.#settings, rebuilding: { ...rebuilding, completeFrom } };
    }
    this.#time = time;
    if (Number.isFinite(time)) this.#come = time;
    this.settleDue(time, verdicts);
  }

  /**
   * Decides what falls due before `time` among the cached windows, without moving event time on. Rules that read others'
   * alerts come after those: what they decide has been said by then.
   */
  settleDue(time: number, verdicts: Verdict[]): void {
    this.#retired.settle(time, verdicts);
    for (let level = 0; level < this.#due.length; level += 1) {
      const due = this.#due[level]!;
      const reached = level === 0 ? time : Math.min(time, this.#producers[level] ?? Number.POSITIVE_INFINITY);
      for (let item = due.popBefore(reached); item !== undefined; item = due.popBefore(reached)) {
        this.#settleItem(item, reached, verdicts);
      }
      this.#settled[level] = reached;
    }
  }

  #settleItem({ at, ...place }: DueItem, time: number, verdicts: Verdict[]): void {
    const group = this.#cached.of(place.name, place.group);
    if (group === undefined || group.queuedAt !== at) return;
    group.queuedAt = null;
    if (nextDue(group) !== at) {
      this.#queue(group);
      return;
    }
    this.#cached.uncount(group);
    settle(group, time, this.#settings, verdicts, Number.isFinite(time) ? time : this.#come);
    this.#cached.count(group);
    this.#tellReaders(group, verdicts);
    if (group.expiry === null || (group.expiry < time && group.episodes.length === 0)) this.#drop(group);
    else this.#after(group);
  }

  /** Hands what a rule has come to on to the rules that read it. */
  #tellReaders(group: GroupWindow, verdicts: Verdict[]): void {
    const told = group.takeTold();
    const { rule } = group;
    if (told === null || this.#rules.chains.readersOf(rule).length === 0) return;
    const { values } = group;
    const { changed, mergedAway } = told;
    for (const reader of this.#rules.chains.readersOf(rule)) {
      for (const id of mergedAway.flatMap((merged) => producedIds(rule, merged)))
        this.#forgetIn(reader, id, values);
    }
    this.#tellReadersOf(rule, values, changed, verdicts);
  }

  #tellReadersOf(
    rule: Rule,
    values: Readonly<Record<string, string>>,
    changed: readonly Produced[],
    verdicts: Verdict[],
  ): void {
    for (const reader of this.#rules.chains.readersOf(rule)) {
      for (const { event, until } of changed.flatMap((each) => producedEvents(rule, values, each))) {
        for (const { group, marks } of placesOf(reader, event)) {
          // In one partition of many, another group's window may be somebody else's.
          if (this.#ownKeyOnly && !(sameGroups(reader, rule) && group.key === rule.group.keyOf(values)))
            continue;
          this.#judgeLasting(event, until, touchOf(reader, group, marks), verdicts);
        }
      }
    }
  }

  #judgeLasting(event: SecurityEvent, until: number, touch: Touch, verdicts: Verdict[]): void {
    const group = this.#groupOf(touch);
    this.#cached.uncount(group);
    const entry = { ...entryOf(event, touch.marks), until };
    const time = this.#settled[this.#rules.chains.levelOf(touch.rule)]!;
    judgeLasting(group, entry, event, time, this.#settings, verdicts);
    this.#cached.count(group);
    this.#after(group, event);
    this.#tellReaders(group, verdicts);
  }

  #forgetIn(reader: Rule, id: string, values: Readonly<Record<string, string>>): void {
    this.#forget(`${windowName(reader)}:${reader.group.keyOf(values)}`, id);
  }

  #forget(key: GroupKey, id: string): void {
    const group = this.#cached.get(key);
    if (group === undefined) return;
    this.#cached.uncount(group);
    forgetLasting(group, id, this.#settings);
    this.#cached.count(group);
    this.#after(group);
  }

  /** Drops windows that are not cached: nobody will look at them any more. */
  forget(keys: readonly GroupKey[]): void {
    for (const key of keys) {
      if (!this.#dropped.has(key)) this.#live.went(placeOf(key));
      this.#dropped.add(key);
    }
  }

  /** Rules in force that have more live groups than the cap. */
  excess(): readonly Excess[] {
    const excess = this.#live.excess();
    return excess.length === 0
      ? excess
      : excess.filter(({ windowName: name }) => this.#rules.byWindowName.has(name));
  }

  /** Puts groups that the store tells of in line for `shed`, those whose life has not ended since. */
  remember(keys: Iterable<GroupKey>): void {
    this.#live.remember([...keys].filter((key) => !this.#dropped.has(key)));
  }

  /**
   * Gives up cached groups that may go: their alerts end now, what else they held is forgotten. One that holds more than
   * a single event, or an alert, and more than when it was spared last, is spared. Returns those given up.
   */
  shed(candidates: readonly Candidate[], verdicts: Verdict[]): readonly Candidate[] {
    return candidates.filter((candidate) => {
      const group = this.#cached.get(candidate.key);
      if (group === undefined || !group.live || group.rule.forEach !== null) return false;
      const reached = group.size + (group.episodes.length > 0 ? 1 : 0);
      if (reached > candidate.spared) {
        this.#live.spare(candidate, reached);
        return false;
      }
      this.#cached.uncount(group);
      close(group, Number.POSITIVE_INFINITY, this.#settings, verdicts);
      this.#cached.count(group);
      this.#tellReaders(group, verdicts);
      this.#drop(group);
      this.counts.shed += 1;
      return true;
    });
  }

  /** What has changed since it was last asked, one change a window. */
  takeChanges(): readonly GroupChange[] {
    const changes = [...this.#takeRetired()];
    for (const group of this.#dirty) {
      const change = group.takeChange();
      if (!group.live) this.#cached.forget(group);
      // Dropped and begun again since: the store still holds the old entries, which are all older.
      changes.push(
        this.#dropped.size > 0 && this.#dropped.delete(change.key)
          ? { ...change, trimBefore: earliest(change), isNew: false }
          : change,
      );
    }
    for (const key of this.#dropped) changes.push(dropping(key));
    this.#dropped.clear();
    this.#dirty.clear();
    return changes;
  }

  /** Instead of `takeChanges`, where there is no store. */
  dropChanges(): void {
    this.#takeRetired();
    // With every event: a set that is cleared is made anew, full or empty.
    if (this.#dropped.size > 0) this.#dropped.clear();
    if (this.#dirty.size === 0) return;
    for (const group of this.#dirty) {
      group.dropChange();
      if (!group.live) this.#cached.forget(group);
    }
    this.#dirty.clear();
  }

  #takeRetired(): readonly GroupChange[] {
    const { changes, ended } = this.#retired.takeChanges();
    this.forget(ended);
    for (const { key, expiry } of changes) if (expiry === null) this.#live.went(placeOf(key));
    return changes;
  }

  /** Forgets unchanged windows, least recently used first, when more than `maxEntries` entries and windows are held. */
  evict(maxEntries: number): void {
    this.#cached.evict(maxEntries);
    for (const due of this.#due) {
      if (due.size > 2 * this.#cached.size + 1000)
        due.prune(({ name, group }) => this.#cached.of(name, group) !== undefined);
    }
  }

  #groupOf(touch: Pick<Touch, "rule" | "group">): GroupWindow {
    let window = this.#cached.of(windowName(touch.rule), touch.group);
    if (window === undefined) {
      window = new GroupWindow(touch.rule, touch.group, empty);
      this.#cached.add(window);
    }
    this.#cached.used(window);
    return window;
  }

  /** Puts the group in line for its time, unless it stands there for an earlier one: it will be put off then. */
  #queue(group: GroupWindow): void {
    const at = nextDue(group);
    if (at === null || (group.queuedAt !== null && group.queuedAt <= at)) return;
    group.queuedAt = at;
    this.#due[this.#rules.chains.levelOf(group.rule)]!.push({ at, name: group.name, group: group.group });
  }

  /** `event`: the one that touched the group. */
  #after(group: GroupWindow, event?: SecurityEvent): void {
    if (group.live !== (group.expiry !== null) && group.dirty) {
      group.live = group.expiry !== null;
      if (group.live) this.#live.came(group, event);
      else this.#live.went(group);
    }
    if (group.dirty) this.#dirty.add(group);
    else if (!group.live) this.#cached.forget(group);
    this.#queue(group);
  }

  #drop(group: GroupWindow): void {
    this.#cached.forget(group);
    this.#cached.uncount(group);
    this.#dirty.delete(group);
    this.#dropped.add(group.key);
    if (group.live) this.#live.went(group);
  }
}

/** Earliest event time at which the group must be looked at. */
function nextDue({ deadline, expiry }: GroupWindow): number | null {
  if (deadline === null) return expiry;
  return expiry === null ? deadline : Math.min(deadline, expiry);
}

function entryOf(event: SecurityEvent, marks: readonly Mark[]): WindowEntry {
  const { origin } = event;
  return {
    t: event.timestamp,
    id: event.id,
    type: event.type,
    container: event.container_id ?? null,
    origin: origin === undefined || origin === null ? null : [origin.partition, origin.offset, origin.index],
    marks,
  };
}

function earliest({ add, trimBefore }: GroupChange): number | null {
  return (
    add.reduce<number | null>((least, { t }) => (least === null || t < least ? t : least), null) ?? trimBefore
  );
}

function dropping(key: GroupKey): GroupChange {
  return { key, add: [], remove: [], trimBefore: null, open: null, deadline: null, expiry: null };
}
