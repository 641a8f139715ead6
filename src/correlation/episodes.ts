/**
 * Episodes of one group (semantics 4): a satisfied time opens one, stretches one or joins several; each is spoken of when
 * something about it is due, and closes when nothing can reach it any more.
 */
import type { WindowEntry } from "../state/store.ts";
import { alertId } from "./alert-id.ts";
import { type Episode, eventOf, evidenceOf } from "./episode.ts";
import type { GroupWindow } from "./group-window.ts";
import type { JudgeSettings } from "./judge-settings.ts";
import { meets } from "./lasting.ts";
import { measures } from "./satisfied.ts";
import type { Verdict } from "./verdict.ts";
import { verdictOf } from "./verdict-of.ts";

/**
 * Takes a satisfied time into the episodes: opens one, extends one, or joins several. Returns the one that holds it; null
 * where a window that is not whole yet, while state is rebuilt, seems to open what was not raised before.
 */
export function satisfiedAt(
  group: GroupWindow,
  t: number,
  openedBy: string,
  entities: () => Readonly<Record<string, string>>,
  settings: JudgeSettings,
  verdicts: Verdict[],
): Episode | null {
  const { window } = group.rule;
  const reached = group.episodes.filter(
    (episode) => t >= episode.openedAt - window && t <= episode.lastSeen + window,
  );
  // One that has not spoken yet only lends its times: ids and actions are those of the first opening.
  const goesOn =
    reached.find(({ revision }) => revision > 0) ??
    reached[0] ??
    begin(group, t, openedBy, entities, settings);
  if (goesOn === null) return null;
  const others = reached.filter((episode) => episode !== goesOn);
  const unspoken = others.filter(({ revision }) => revision === 0);
  for (const each of unspoken) {
    stretch(group, goesOn, each.openedAt, goesOn.lastSeen, settings);
    group.withdraw(each);
  }
  group.episodes = group.episodes.filter((episode) => !unspoken.includes(episode));
  stretch(group, goesOn, Math.min(t, goesOn.openedAt), Math.max(t, goesOn.lastSeen), settings);
  for (const other of others) if (!unspoken.includes(other)) join(group, goesOn, other, settings, verdicts);
  group.touch();
  group.tell(goesOn);
  return goesOn;
}

/** A new episode; while state is rebuilt, perhaps one that an alert record tells of. */
function begin(
  group: GroupWindow,
  t: number,
  openedBy: string,
  entities: () => Readonly<Record<string, string>>,
  settings: JudgeSettings,
): Episode | null {
  const { rule } = group;
  const { rebuilding } = settings;
  // One event that lasts may open several alerts, each at another instant of it.
  const lasting = group.lasting(openedBy);
  const opener = lasting === undefined || lasting.t === t ? openedBy : `${openedBy}@${t}`;
  const id = alertId(rule, group.group, opener);
  const isNews = rebuilding !== undefined && !rebuilding.knows(id);
  const known = isNews ? rebuilding.alertNear(rule, group.group, t) : undefined;
  if (isNews && known === undefined && t - rule.retention < rebuilding.completeFrom) return null;
  const ruleSince = settings.ruleSince?.(rule);
  const episode: Episode = known ?? {
    id,
    openedAt: t,
    lastSeen: t,
    revision: 0,
    spokenAt: t,
    due: true,
    count: group.count(t - rule.window, t),
    evidence: [],
    values: measures(group, t),
    late: false,
    gap: false,
    rebuilt: isNews,
    ...(ruleSince === undefined ? {} : { ruleSince }),
    entities: entities(),
  };
  if (known === undefined) addEvidence(group, episode, group.between(t - rule.window, t), settings);
  group.episodes = [...group.episodes, episode].sort((a, b) => a.openedAt - b.openedAt);
  group.touch();
  return episode;
}

/** Moves an episode's ends outwards; counts and evidence follow. */
function stretch(
  group: GroupWindow,
  episode: Episode,
  openedAt: number,
  lastSeen: number,
  settings: JudgeSettings,
): void {
  const { window } = group.rule;
  const counted = (entry: WindowEntry): boolean => meets(entry, episode.openedAt - window, episode.lastSeen);
  const earlier = group
    .between(openedAt - window, episode.openedAt - window - 1)
    .filter((entry) => !counted(entry));
  const later = group.between(episode.lastSeen + 1, lastSeen).filter((entry) => !counted(entry));
  episode.count += earlier.length + later.length;
  const moved = openedAt < episode.openedAt;
  episode.due ||= moved;
  episode.openedAt = openedAt;
  episode.lastSeen = lastSeen;
  // What the cap had left out may belong to the evidence of an earlier opening.
  addEvidence(group, episode, moved ? group.between(openedAt - window, lastSeen) : later, settings);
}

/** `other`, the later one, becomes part of `first` and closes with its name. */
function join(
  group: GroupWindow,
  first: Episode,
  other: Episode,
  settings: JudgeSettings,
  verdicts: Verdict[],
): void {
  const { window } = group.rule;
  // What lasts may meet both, or the gap between them and both.
  const inFirst = (entry: WindowEntry): boolean => meets(entry, first.openedAt - window, first.lastSeen);
  const inOther = (entry: WindowEntry): boolean => meets(entry, other.openedAt - window, other.lastSeen);
  const held = group.between(
    Math.min(first.openedAt, other.openedAt) - window,
    Math.max(first.lastSeen, other.lastSeen),
  );
  const shared = held.filter((entry) => inFirst(entry) && inOther(entry)).length;
  const between = held.filter((entry) => !inFirst(entry) && !inOther(entry)).length;
  first.count += other.count - shared + between;
  first.evidence.push(...other.evidence);
  first.lastSeen = Math.max(first.lastSeen, other.lastSeen);
  first.late ||= other.late;
  first.gap ||= other.gap;
  if (other.muted !== true) first.muted = false;
  first.due = true;
  addEvidence(group, first, group.between(first.openedAt - window, first.lastSeen), settings);
  group.episodes = group.episodes.filter((each) => each !== other);
  group.withdraw(other);
  group.tellMerged(other);
  noteGap(group, other, settings);
  other.revision += 1;
  verdicts.push(verdictOf(group, other, "closed", first.id));
}

export function addEvidence(
  group: GroupWindow,
  episode: Episode,
  entries: readonly WindowEntry[],
  { maxEvidence }: JudgeSettings,
): void {
  if (entries.length === 0) return;
  const { evidence, openedAt, lastSeen } = episode;
  const newerThanAll =
    evidence.length > 0 && entries.every(({ t }) => t > openedAt && t > evidence.at(-1)!.t);
  if (newerThanAll && evidence.length >= maxEvidence) return;
  const known = [...evidence, ...entries.map(eventOf)];
  episode.evidence = evidenceOf(known, openedAt, group.rule.window, lastSeen, maxEvidence);
  group.touch();
}

/** Says what an episode is due to say: that it opened, moved or joined at once, that it goes on from time to time. */
export function speak(
  group: GroupWindow,
  episode: Episode,
  settings: JudgeSettings,
  verdicts: Verdict[],
): void {
  if (!episode.due && episode.lastSeen - episode.spokenAt < settings.updateInterval) return;
  if (episode.revision > 0) episode.values = measures(group, episode.lastSeen);
  noteGap(group, episode, settings);
  if (episode.revision === 0 && settings.admits?.(group.rule, episode.openedAt) === false)
    episode.muted = true;
  episode.revision += 1;
  episode.spokenAt = episode.lastSeen;
  episode.due = false;
  verdicts.push(verdictOf(group, episode, episode.revision === 1 ? "open" : "update", null));
  group.touch();
}

/** Closes every episode whose last satisfied time lies more than a window before `t`. */
export function close(group: GroupWindow, t: number, settings: JudgeSettings, verdicts: Verdict[]): void {
  const { window } = group.rule;
  for (const episode of group.episodes) {
    if (episode.lastSeen + window >= t) continue;
    group.episodes = group.episodes.filter((each) => each !== episode);
    group.closedUntil = Math.max(group.closedUntil ?? Number.NEGATIVE_INFINITY, episode.lastSeen + window);
    noteGap(group, episode, settings);
    episode.revision += 1;
    verdicts.push(verdictOf(group, episode, "closed", null));
    group.touch();
  }
}

/** Sensors that lost events inside of the episode's time may have lost some of it (semantics 6). */
function noteGap({ rule }: GroupWindow, episode: Episode, { lost }: JudgeSettings): void {
  const { openedAt, lastSeen, entities } = episode;
  if (!episode.gap) episode.gap = lost?.(openedAt - rule.window, lastSeen, entities.node) === true;
}

/** Whether `t` belongs to an alert that has closed: it is not opened again. */
export function isClosedAt({ closedUntil }: GroupWindow, t: number): boolean {
  return closedUntil !== null && t <= closedUntil;
}
