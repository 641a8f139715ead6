/**
 * An episode: a run of satisfied times of one rule in one group, neighbours at most a window apart (semantics 4). While
 * it is open it lives in the partition's state as JSON; each alert record is a view of it.
 */
import type { WindowEntry } from "../state/store.ts";
import type { RuleWords } from "./rule-words.ts";

/** A piece of evidence, as much of an entry as an alert shows. */
export interface EpisodeEvent {
  readonly t: number;
  readonly id: string;
  readonly type: string;
  readonly container: string | null;
  readonly origin: WindowEntry["origin"];
}

/** A condition's value when it was last spoken of, and whether the condition held. */
export interface ConditionValue {
  readonly value: string;
  readonly met: boolean;
}

export interface Episode {
  /** The alert's id, fixed by the event that opened it first, whatever the opening time becomes. */
  readonly id: string;
  /** First and last satisfied time, epoch milliseconds. */
  openedAt: number;
  lastSeen: number;
  /** Revision of the record spoken last; 0: none yet. */
  revision: number;
  /** Last seen of the record spoken last. */
  spokenAt: number;
  /** Something happened (opened, moved, joined) that is spoken at once. */
  due: boolean;
  /** Distinct relevant events in [openedAt − window, lastSeen]. */
  count: number;
  /** Those that opened it in event-time order, then later ones; capped. */
  evidence: EpisodeEvent[];
  /** Per condition its value when last spoken of. */
  values: readonly ConditionValue[];
  late: boolean;
  gap: boolean;
  /** Opened in an alert storm: it is counted and not spoken of. */
  muted?: boolean;
  readonly rebuilt: boolean;
  /** The rule was younger than its window, and came at this event time. */
  readonly ruleSince?: number;
  /** Taken over from an alert record, not from state: events up to this time were counted before. */
  readonly restoredTo?: number;
  readonly entities: Readonly<Record<string, string>>;
}

/** What a (rule, group) remembers beside its window entries. */
export interface GroupRecord {
  readonly episodes: readonly Episode[];
  /** Settled rules: every event time up to this one is decided. */
  readonly decided: number | null;
  /** Rules with denied terms: events up to this time are spent (semantics 5). */
  readonly spent: number | null;
  /** First relevant event of the group, for rules that ask for its age. */
  readonly since: number | null;
  /** End (last seen + window) of the last closed episode: a late event does not open it again. */
  readonly closedUntil: number | null;
  /** The window grew over its bound; counts read "at least". */
  readonly saturated: boolean;
  /** While an alert is open: its rule, for those who do not know it. */
  readonly rule?: RuleWords | undefined;
}

export const emptyRecord: GroupRecord = {
  episodes: [],
  decided: null,
  spent: null,
  since: null,
  closedUntil: null,
  saturated: false,
};

/** JSON for the store; null for a record that says nothing. */
export function encodeRecord(record: GroupRecord): string | null {
  const { episodes, decided, spent, since, closedUntil, saturated } = record;
  const says = episodes.length > 0 || saturated;
  if (!says && [decided, spent, since, closedUntil].every((time) => time === null)) return null;
  return JSON.stringify(record);
}

export function decodeRecord(text: string | null): GroupRecord {
  return text === null ? emptyRecord : (JSON.parse(text) as GroupRecord);
}

export function eventOf({ t, id, type, container, origin }: WindowEntry): EpisodeEvent {
  return { t, id, type, container, origin };
}

/**
 * Evidence of an episode out of what is known of it, at most `cap`: the newest of the events up to the opening, then the
 * first of the later ones.
 */
export function evidenceOf(
  known: Iterable<EpisodeEvent>,
  openedAt: number,
  window: number,
  lastSeen: number,
  cap: number,
): EpisodeEvent[] {
  const byId = new Map<string, EpisodeEvent>();
  for (const event of known) {
    if (event.t >= openedAt - window && event.t <= lastSeen && !byId.has(event.id)) byId.set(event.id, event);
  }
  const ordered = [...byId.values()].sort((a, b) => a.t - b.t || (a.id < b.id ? -1 : 1));
  const opening = ordered.filter(({ t }) => t <= openedAt).slice(-cap);
  const later = ordered.filter(({ t }) => t > openedAt).slice(0, cap - opening.length);
  return [...opening, ...later];
}
