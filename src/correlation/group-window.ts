/**
 * The window of one (rule, group) in memory: relevant events in event-time order, per condition the times and marks of
 * those that are relevant to it, open episodes, and what has changed since the state was last written.
 *
 * A redelivered event is found by its id and changes nothing; a late or out-of-order one is inserted at its place.
 */
import type { ConditionMark, Span, Tally } from "../rules/condition-type.ts";
import type { Rule } from "../rules/rule.ts";
import type { GroupChange, GroupKey, Mark, StoredGroup, WindowEntry } from "../state/store.ts";
import { decodeRecord, type Episode, encodeRecord } from "./episode.ts";
import { lastingSpan, lastingTimes, meets } from "./lasting.ts";
import { wordsOf } from "./rule-words.ts";
import { lowerBound, upperBound } from "./span.ts";

interface Track {
  readonly times: number[];
  readonly marks: ConditionMark[];
  /** Once it is long, and the condition has one. */
  tally: Tally | null;
}

/** From so many events on it pays to keep count. */
const longTrack = 8;

export class GroupWindow {
  readonly key: GroupKey;
  readonly rule: Rule;
  /** Dimension, as written in the rule, to value. */
  readonly values: Readonly<Record<string, string>>;
  /** In order of opening. */
  episodes: Episode[];
  decided: number | null;
  spent: number | null;
  since: number | null;
  closedUntil: number | null;
  saturated: boolean;
  /** Episodes that took in a satisfied time since somebody last asked, for rules that read this one's alerts. */
  readonly changed = new Set<Episode>();
  /** Ids of episodes that became part of another. */
  mergedAway: string[] = [];
  /** Deadline and expiry last computed, in the partition's event time. */
  deadline: number | null = null;
  expiry: number | null = null;
  /** The store holds it, or will with the next change. */
  live: boolean;
  /** The event time for which it stands in line to be looked at, at or before the one at which it must be. */
  queuedAt: number | null = null;
  /** Rises with every use of any window. */
  usedAt = 0;
  /** Relevant events. */
  #entries: WindowEntry[];
  /** The others. */
  #consulted: WindowEntry[];
  /** Those of them that last. */
  #lasting: WindowEntry[];
  #tracks: Track[];
  #ids: Set<string> | null = null;
  #added: WindowEntry[] = [];
  #removed: WindowEntry[] = [];
  #trimBefore: number | null = null;
  #dirty = false;

  constructor(key: GroupKey, rule: Rule, values: Readonly<Record<string, string>>, stored: StoredGroup) {
    this.key = key;
    this.rule = rule;
    this.values = values;
    const record = decodeRecord(stored.open);
    this.episodes = record.episodes.map((episode) => ({ ...episode, evidence: [...episode.evidence] }));
    this.decided = record.decided;
    this.spent = record.spent;
    this.since = record.since;
    this.closedUntil = record.closedUntil;
    this.saturated = record.saturated;
    this.live = stored.entries.length > 0 || stored.open !== null;
    this.#entries = stored.entries.filter(({ marks }) => isRelevant(rule, marks));
    this.#consulted = stored.entries.filter(({ marks }) => !isRelevant(rule, marks));
    this.#lasting = stored.entries.filter(({ until }) => until !== undefined);
    this.#tracks = tracksOf(rule, stored.entries);
  }

  get entries(): readonly WindowEntry[] {
    return this.#entries;
  }

  /** Events that conditions only look at. */
  get consulted(): readonly WindowEntry[] {
    return this.#consulted;
  }

  /** Number of events held, relevant or only consulted. */
  get size(): number {
    return this.#entries.length + this.#consulted.length;
  }

  /** Some of them last. */
  get hasLasting(): boolean {
    return this.#lasting.length > 0;
  }

  /** Changed since the last `takeChange`. */
  get dirty(): boolean {
    return this.#dirty;
  }

  /** The entry of an event that lasts. */
  lasting(id: string): WindowEntry | undefined {
    return this.#lasting.find((entry) => entry.id === id);
  }

  /** Puts the next state of an event that lasts in the place of the one before. False as in `insert`. */
  replace(before: WindowEntry, entry: WindowEntry): boolean {
    const gone = new Set([before]);
    this.#entries = this.#entries.filter((each) => !gone.has(each));
    this.#consulted = this.#consulted.filter((each) => !gone.has(each));
    this.#lasting = this.#lasting.filter((each) => !gone.has(each));
    this.#tracks = tracksOf(this.rule, inOrder([...this.#entries, ...this.#consulted]));
    if (this.#added.includes(before)) this.#added = this.#added.filter((each) => !gone.has(each));
    else this.#removed.push(before);
    return this.insert(entry);
  }

  has(id: string): boolean {
    if (this.#entries.length < 16 && this.#consulted.length === 0) {
      return this.#entries.some((entry) => entry.id === id);
    }
    this.#ids ??= new Set([...this.#entries, ...this.#consulted].map((entry) => entry.id));
    return this.#ids.has(id);
  }

  /**
   * At its place in the order of (t, id), the store's: who loads a window again judges it alike. False when the event is
   * only consulted.
   */
  insert(entry: WindowEntry): boolean {
    const relevant = isRelevant(this.rule, entry.marks);
    const entries = relevant ? this.#entries : this.#consulted;
    if (relevant && this.rule.wantsHistory && (this.since === null || entry.t < this.since))
      this.since = entry.t;
    const end = upperBoundOf(entries, entry.t);
    let at = end;
    while (at > 0 && entries[at - 1]!.t === entry.t && entries[at - 1]!.id > entry.id) at -= 1;
    const behind = at === end ? none : entries.slice(at, end);
    if (at === entries.length) entries.push(entry);
    else entries.splice(at, 0, entry);
    for (let index = 0; index < entry.marks.length; index += 1) {
      const mark = entry.marks[index]!;
      if (mark === null) continue;
      const { times, marks, tally } = this.#tracks[index]!;
      const place = upperBound(times, entry.t) - markedIn(behind, index);
      if (place === times.length) {
        times.push(entry.t);
        marks.push(mark);
      } else {
        times.splice(place, 0, entry.t);
        marks.splice(place, 0, mark);
      }
      tally?.add(mark);
    }
    if (entry.until !== undefined) this.#lasting.push(entry);
    this.#ids?.add(entry.id);
    this.#added.push(entry);
    this.#dirty = true;
    return relevant;
  }

  /** What condition `index` sees of [from, to], both ends included. */
  span(index: number, from: number, to: number): Span {
    if (this.#lasting.length > 0) {
      const all = [...this.#entries, ...this.#consulted];
      return lastingSpan(all, index, from, to, this.rule.conditions[index]!.ordered === true);
    }
    const { times, marks } = this.#tracks[index]!;
    const end = upperBound(times, to);
    return { times, marks, start: lowerBound(times, from), end };
  }

  /** False where condition `index` holds on no span of the window. */
  mayHold(index: number): boolean {
    if (this.#lasting.length > 0) return true;
    const track = this.#tracks[index]!;
    if (track.tally === null && track.times.length >= longTrack) {
      track.tally = this.rule.conditions[index]!.tally?.() ?? null;
      if (track.tally !== null) for (const mark of track.marks) track.tally.add(mark);
    }
    return track.tally?.mayHold() ?? true;
  }

  /** The newest event, relevant or only consulted. */
  get newest(): number | undefined {
    let newest = this.#entries.at(-1)?.t;
    const consulted = this.#consulted.at(-1)?.t;
    if (consulted !== undefined && (newest === undefined || consulted > newest)) newest = consulted;
    for (const { until } of this.#lasting) if (newest === undefined || until! > newest) newest = until;
    return newest;
  }

  /** Entries in [from, to], both ends included. */
  between(from: number, to: number): readonly WindowEntry[] {
    if (this.#lasting.length > 0) return this.#entries.filter((entry) => meets(entry, from, to));
    return this.#entries.slice(upperBoundOf(this.#entries, from - 1), upperBoundOf(this.#entries, to));
  }

  /** Number of entries in [from, to], both ends included. */
  count(from: number, to: number): number {
    if (this.#lasting.length > 0) return this.between(from, to).length;
    return Math.max(0, upperBoundOf(this.#entries, to) - upperBoundOf(this.#entries, from - 1));
  }

  /** Distinct event times in [from, to], ascending. */
  timesBetween(from: number, to: number): readonly number[] {
    if (this.#lasting.length > 0) {
      const { window, judged } = this.rule;
      // No window opens because an event leaves another; and how long that one is remembered is chance.
      const leaving = judged === "deadline" ? [] : this.#entries;
      return lastingTimes(this.#entries, from, to, window, leaving);
    }
    const times: number[] = [];
    for (let index = upperBoundOf(this.#entries, from - 1); index < this.#entries.length; index += 1) {
      const { t } = this.#entries[index]!;
      if (t > to) break;
      if (times.at(-1) !== t) times.push(t);
    }
    return times;
  }

  /** Likewise, of events that are only consulted too. */
  allTimesBetween(from: number, to: number): readonly number[] {
    const consulted = this.#consulted.filter(({ t }) => t >= from && t <= to).map(({ t }) => t);
    if (consulted.length === 0) return this.timesBetween(from, to);
    return [...new Set([...this.timesBetween(from, to), ...consulted])].sort((a, b) => a - b);
  }

  /** The first event time after `t`. */
  nextTime(t: number): number | undefined {
    if (this.#lasting.length > 0) return this.timesBetween(t + 1, Number.POSITIVE_INFINITY)[0];
    return this.#entries[upperBoundOf(this.#entries, t)]?.t;
  }

  /** Forgets entries older than `t`, strictly. */
  trim(t: number): void {
    if (this.#lasting.length > 0) {
      this.#trimLasting(t);
      return;
    }
    if (!isOld(this.#entries[0], t) && !isOld(this.#consulted[0], t)) return;
    for (const entries of [this.#entries, this.#consulted]) {
      for (const { id } of entries.splice(0, upperBoundOf(entries, t - 1))) this.#ids?.delete(id);
    }
    for (const track of this.#tracks) {
      const count = lowerBound(track.times, t);
      if (count === 0) continue;
      track.times.splice(0, count);
      for (const mark of track.marks.splice(0, count)) track.tally?.remove(mark);
    }
    this.#trimBefore = t;
    this.#dirty = true;
  }

  /** Forgets the entries, relevant or only consulted, for which `needed` is false. */
  compact(needed: (entry: WindowEntry) => boolean): void {
    const removed = [...this.#entries, ...this.#consulted].filter((entry) => !needed(entry));
    if (removed.length === 0) return;
    const gone = new Set(removed);
    this.#entries = this.#entries.filter((entry) => !gone.has(entry));
    this.#consulted = this.#consulted.filter((entry) => !gone.has(entry));
    this.#lasting = this.#lasting.filter((entry) => !gone.has(entry));
    this.#tracks = tracksOf(this.rule, inOrder([...this.#entries, ...this.#consulted]));
    this.#ids = null;
    const unsaved = new Set(this.#added);
    this.#removed.push(...removed.filter((entry) => !unsaved.has(entry)));
    this.#added = this.#added.filter((entry) => !gone.has(entry));
    this.#dirty = true;
  }

  /** Events that last go when their end is old; the store, which knows beginnings only, is told one by one. */
  #trimLasting(t: number): void {
    const isOld = (entry: WindowEntry): boolean => (entry.until ?? entry.t) < t;
    const old = [...this.#entries, ...this.#consulted].filter(isOld);
    if (old.length === 0) return;
    const unsaved = new Set(this.#added);
    this.#removed.push(...old.filter((entry) => !unsaved.has(entry)));
    const gone = new Set(old);
    const stays = (entry: WindowEntry): boolean => !gone.has(entry);
    this.#added = this.#added.filter(stays);
    this.#entries = this.#entries.filter(stays);
    this.#consulted = this.#consulted.filter(stays);
    this.#lasting = this.#lasting.filter(stays);
    this.#tracks = tracksOf(this.rule, inOrder([...this.#entries, ...this.#consulted]));
    this.#ids = null;
    this.#dirty = true;
  }

  touch(): void {
    this.#dirty = true;
  }

  /** The change since it was last taken, as absolute values. */
  takeChange(): GroupChange {
    const { key, episodes, decided, spent, since, closedUntil, saturated, deadline, expiry } = this;
    const rule = wordsOf(this.rule, episodes);
    const change: GroupChange = {
      key,
      add: this.#added,
      remove: this.#removed,
      trimBefore: this.#trimBefore,
      open: encodeRecord({ episodes, decided, spent, since, closedUntil, saturated, rule }),
      deadline,
      expiry,
    };
    this.dropChange();
    return change;
  }

  /** Where nobody keeps changes. */
  dropChange(): void {
    if (this.#added.length > 0) this.#added = [];
    if (this.#removed.length > 0) this.#removed = [];
    this.#trimBefore = null;
    this.#dirty = false;
  }
}

function inOrder(entries: readonly WindowEntry[]): readonly WindowEntry[] {
  return [...entries].sort((a, b) => a.t - b.t || (a.id < b.id ? -1 : 1));
}

function isRelevant({ conditions, consults }: Rule, marks: readonly Mark[]): boolean {
  if (!consults) return true;
  return marks.some((mark, index) => mark !== null && conditions[index]!.consults?.(mark) !== true);
}

function tracksOf(rule: Rule, entries: readonly WindowEntry[]): Track[] {
  return rule.conditions.map((_, index) => {
    const relevant = entries.filter(({ marks }) => marks[index] !== null && marks[index] !== undefined);
    return {
      times: relevant.map(({ t }) => t),
      marks: relevant.map(({ marks }) => marks[index]!),
      tally: null,
    };
  });
}

const none: readonly WindowEntry[] = [];

function markedIn(entries: readonly WindowEntry[], index: number): number {
  let count = 0;
  for (const { marks } of entries) if (marks[index] !== null) count += 1;
  return count;
}

function isOld(entry: WindowEntry | undefined, t: number): boolean {
  return entry !== undefined && entry.t < t;
}

/** First index whose entry is after `t`. */
function upperBoundOf(entries: readonly WindowEntry[], t: number): number {
  let low = 0;
  let high = entries.length;
  if (high > 0 && entries[high - 1]!.t <= t) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.t <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}
