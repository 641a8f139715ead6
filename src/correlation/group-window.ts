/**
 * The window of one (rule, group) in memory: relevant events in event-time order, per condition the times and marks of
 * those that are relevant to it, open episodes, and what has changed since the state was last written.
 *
 * A redelivered event is found by its id and changes nothing; a late or out-of-order one is inserted at its place.
 */
import { decodeGroupKey } from "../events/decode-group-key.ts";
import type { Span } from "../rules/condition-type.ts";
import type { Rule } from "../rules/rule.ts";
import { windowName } from "../rules/rule-set.ts";
import type { GroupChange, GroupKey, Mark, StoredGroup, WindowEntry } from "../state/store.ts";
import { EntryList } from "./entry-list.ts";
import { decodeRecord, type Episode, emptyRecord, encodeRecord, type GroupRecord } from "./episode.ts";
import { lastingSpan, lastingTimes, meets } from "./lasting.ts";
import { wordsOf } from "./rule-words.ts";
import { Track } from "./track.ts";
import { keyOf } from "./window-key.ts";

/** Shared by the windows that have none: never changed. */
const none: WindowEntry[] = [];
/** Of rules that consult no events. */
const nothingConsulted = new EntryList([]);
/** Shared by the windows that have none: never changed, as no list of episodes is. */
const noEpisodes: readonly Episode[] = [];
/** A window of no more entries has no tracks: most windows stay small, and looking through one is cheap. */
const small = 7;

/** What a window remembers beside its entries and episodes. */
type Memory = Omit<GroupRecord, "episodes" | "rule">;

export class GroupWindow {
  readonly rule: Rule;
  /** As in `Group.key`. */
  readonly group: string;
  /** In order of opening. */
  episodes: readonly Episode[] = noEpisodes;
  #memory: Memory = emptyRecord;
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
  readonly #entries: EntryList;
  /** The others. */
  readonly #consulted: EntryList;
  /** Those of them that last. */
  #lasting: WindowEntry[];
  /** By condition; null: the window is small. */
  #tracks: readonly Track[] | null = null;
  #ids: Set<string> | null = null;
  #added = none;
  #removed = none;
  #changed: Set<Episode> | null = null;
  #mergedAway: string[] | null = null;
  #trimBefore: number | null = null;
  #dirty = false;
  /** The store holds neither a record nor a deadline of it. */
  #isNew: boolean;

  constructor(rule: Rule, group: string, stored: StoredGroup) {
    this.rule = rule;
    this.group = group;
    const record = decodeRecord(stored.open);
    const { entries } = stored;
    if (record.episodes.length > 0) {
      this.episodes = record.episodes.map((episode) => ({ ...episode, evidence: [...episode.evidence] }));
    }
    if (stored.open !== null) this.#memory = memoryOf(record);
    this.live = entries.length > 0 || stored.open !== null;
    this.#isNew = !this.live;
    this.#entries = new EntryList(entries.filter(({ marks }) => isRelevant(rule, marks)));
    this.#consulted = rule.consults
      ? new EntryList(entries.filter(({ marks }) => !isRelevant(rule, marks)))
      : nothingConsulted;
    const lasting = entries.filter(({ until }) => until !== undefined);
    this.#lasting = lasting.length === 0 ? none : lasting;
    this.#follow(entries);
  }

  get decided(): number | null {
    return this.#memory.decided;
  }

  set decided(time: number) {
    this.#memory = { ...this.#memory, decided: time };
  }

  get spent(): number | null {
    return this.#memory.spent;
  }

  set spent(time: number) {
    this.#memory = { ...this.#memory, spent: time };
  }

  get since(): number | null {
    return this.#memory.since;
  }

  get closedUntil(): number | null {
    return this.#memory.closedUntil;
  }

  set closedUntil(time: number) {
    this.#memory = { ...this.#memory, closedUntil: time };
  }

  get saturated(): boolean {
    return this.#memory.saturated;
  }

  saturate(): void {
    this.#memory = { ...this.#memory, saturated: true };
  }

  get name(): string {
    return windowName(this.rule);
  }

  get key(): GroupKey {
    return keyOf(this);
  }

  /** Dimension, as written in the rule, to value. Read out of the group's key: only alerts ask for it. */
  get values(): Readonly<Record<string, string>> {
    return decodeGroupKey(this.group);
  }

  get entries(): readonly WindowEntry[] {
    return this.#entries.all();
  }

  /** Events that conditions only look at. */
  get consulted(): readonly WindowEntry[] {
    return this.#consulted.all();
  }

  /** Number of relevant events. */
  get relevantCount(): number {
    return this.#entries.length;
  }

  /** Number of events that are only consulted. */
  get consultedCount(): number {
    return this.#consulted.length;
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
    this.#keep((each) => each !== before);
    if (this.#added.includes(before)) this.#added = this.#added.filter((each) => each !== before);
    else this.#removed = [...this.#removed, before];
    return this.insert(entry);
  }

  has(id: string): boolean {
    if (this.#entries.length < 16 && this.#consulted.length === 0) {
      return this.#entries.all().some((entry) => entry.id === id);
    }
    this.#ids ??= new Set(this.#all().map((entry) => entry.id));
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
      this.#memory = { ...this.#memory, since: entry.t };
    const behind = entries.insert(entry);
    if (this.#tracks === null) this.#follow(this.#entries.all());
    else for (const track of this.#tracks) track.insert(entry, behind);
    if (entry.until !== undefined) this.#lasting = [...this.#lasting, entry];
    this.#ids?.add(entry.id);
    if (this.#added === none) this.#added = [entry];
    else this.#added.push(entry);
    this.#dirty = true;
    return relevant;
  }

  /** What condition `index` sees of [from, to], both ends included. */
  span(index: number, from: number, to: number): Span {
    if (this.#lasting.length > 0) {
      return lastingSpan(this.#all(), index, from, to, this.rule.conditions[index]!.ordered === true);
    }
    if (this.#tracks === null) return spanIn(this.#entries.all(), index, from, to);
    return this.#tracks[index]!.span(from, to);
  }

  /** False where condition `index` holds on no span of the window. */
  mayHold(index: number): boolean {
    return this.#lasting.length > 0 || this.#tracks === null || this.#tracks[index]!.mayHold();
  }

  /** The newest event, relevant or only consulted. */
  get newest(): number | undefined {
    let newest = this.#entries.last?.t;
    const consulted = this.#consulted.last?.t;
    if (consulted !== undefined && (newest === undefined || consulted > newest)) newest = consulted;
    for (const { until } of this.#lasting) if (newest === undefined || until! > newest) newest = until;
    return newest;
  }

  /** Entries in [from, to], both ends included. */
  between(from: number, to: number): readonly WindowEntry[] {
    if (this.#lasting.length > 0) return this.#entries.all().filter((entry) => meets(entry, from, to));
    return this.#entries.between(from, to);
  }

  /** Number of entries in [from, to], both ends included. */
  count(from: number, to: number): number {
    if (this.#lasting.length > 0) return this.between(from, to).length;
    return this.#entries.count(from, to);
  }

  /** Distinct event times in [from, to], ascending. */
  timesBetween(from: number, to: number): readonly number[] {
    if (this.#lasting.length > 0) {
      const { window, judged } = this.rule;
      // No window opens because an event leaves another; and how long that one is remembered is chance.
      const entries = this.#entries.all();
      return lastingTimes(entries, from, to, window, judged === "deadline" ? [] : entries);
    }
    return this.#entries.times(from, to);
  }

  /** Likewise, of events that are only consulted too. */
  allTimesBetween(from: number, to: number): readonly number[] {
    const consulted = this.#consulted.times(from, to);
    if (consulted.length === 0) return this.timesBetween(from, to);
    return [...new Set([...this.timesBetween(from, to), ...consulted])].sort((a, b) => a - b);
  }

  /** The first event time after `t`. */
  nextTime(t: number): number | undefined {
    if (this.#lasting.length > 0) return this.timesBetween(t + 1, Number.POSITIVE_INFINITY)[0];
    return this.#entries.timeAfter(t);
  }

  /** Forgets entries older than `t`, strictly. */
  trim(t: number): void {
    if (this.#lasting.length > 0) {
      this.#trimLasting(t);
      return;
    }
    if (!isOld(this.#entries.first, t) && !isOld(this.#consulted.first, t)) return;
    const forget = ({ id }: WindowEntry): void => void this.#ids?.delete(id);
    this.#entries.dropBefore(t, forget);
    this.#consulted.dropBefore(t, forget);
    for (const track of this.#tracks ?? []) track.dropBefore(t);
    this.#trimBefore = t;
    this.#dirty = true;
  }

  /** Forgets the entries, relevant or only consulted, for which `needed` is false. */
  compact(needed: (entry: WindowEntry) => boolean): void {
    this.#forget(this.#all().filter((entry) => !needed(entry)));
  }

  /** Events that last go when their end is old; the store, which knows beginnings only, is told one by one. */
  #trimLasting(t: number): void {
    this.#forget(this.#all().filter((entry) => (entry.until ?? entry.t) < t));
  }

  /** Not by age: the store is told one by one. */
  #forget(removed: readonly WindowEntry[]): void {
    if (removed.length === 0) return;
    const unsaved = new Set(this.#added);
    this.#removed = [...this.#removed, ...removed.filter((entry) => !unsaved.has(entry))];
    const gone = new Set(removed);
    const stays = (entry: WindowEntry): boolean => !gone.has(entry);
    this.#added = this.#added.filter(stays);
    this.#keep(stays);
    this.#ids = null;
    this.#dirty = true;
  }

  #keep(stays: (entry: WindowEntry) => boolean): void {
    this.#entries.keep(stays);
    this.#consulted.keep(stays);
    this.#lasting = this.#lasting.filter(stays);
    this.#follow(inOrder(this.#all()));
  }

  /** Sets up tracks where the window needs them. `entries`: all of it, in order. */
  #follow(entries: readonly WindowEntry[]): void {
    this.#tracks = this.rule.consults || entries.length > small ? tracksOf(this.rule, entries) : null;
  }

  /** Relevant ones first. */
  #all(): readonly WindowEntry[] {
    return this.#consulted.length === 0
      ? this.#entries.all()
      : [...this.#entries.all(), ...this.#consulted.all()];
  }

  touch(): void {
    this.#dirty = true;
  }

  /** For rules that read this one's alerts: the episode took in a satisfied time. */
  tell(episode: Episode): void {
    this.#changed ??= new Set();
    this.#changed.add(episode);
  }

  /** They have not heard of it, and need not. */
  withdraw(episode: Episode): void {
    this.#changed?.delete(episode);
  }

  /** It became part of another, as they must hear. */
  tellMerged({ id }: Episode): void {
    this.#mergedAway ??= [];
    this.#mergedAway.push(id);
  }

  /** What there is to tell since this was last asked: episodes, and ids of those that became part of another; null: nothing. */
  takeTold(): { readonly changed: readonly Episode[]; readonly mergedAway: readonly string[] } | null {
    if (this.#changed === null || this.#changed.size === 0) return null;
    const told = { changed: [...this.#changed], mergedAway: this.#mergedAway ?? [] };
    this.#changed = null;
    this.#mergedAway = null;
    return told;
  }

  /** The change since it was last taken, as absolute values. */
  takeChange(): GroupChange {
    const { key, episodes, decided, spent, since, closedUntil, saturated, deadline, expiry } = this;
    const rule = wordsOf(this.rule, episodes);
    const open = encodeRecord({ episodes, decided, spent, since, closedUntil, saturated, rule });
    const change: GroupChange = {
      key,
      add: this.#added,
      remove: this.#removed,
      trimBefore: this.#trimBefore,
      open,
      deadline,
      expiry,
      isNew: this.#isNew,
    };
    this.#isNew = open === null && deadline === null;
    this.dropChange();
    return change;
  }

  /** Where nobody keeps changes. */
  dropChange(): void {
    this.#added = none;
    this.#removed = none;
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

function tracksOf({ conditions }: Rule, entries: readonly WindowEntry[]): Track[] {
  return conditions.map((condition, index) => new Track(condition, index, entries));
}

function memoryOf({ decided, spent, since, closedUntil, saturated }: GroupRecord): Memory {
  return { decided, spent, since, closedUntil, saturated };
}

/** Of a small window what a track would show. */
function spanIn(entries: readonly WindowEntry[], index: number, from: number, to: number): Span {
  const times: number[] = [];
  const marks: Mark[] = [];
  for (const entry of entries) {
    if (entry.t > to) break;
    const mark = entry.marks[index];
    if (mark === null || mark === undefined || entry.t < from) continue;
    times.push(entry.t);
    marks.push(mark);
  }
  return { times, marks: marks as Span["marks"], start: 0, end: times.length };
}

function isOld(entry: WindowEntry | undefined, t: number): boolean {
  return entry !== undefined && entry.t < t;
}
