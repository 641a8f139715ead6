/**
 * The judge: (rule, window, event) → changes of the window and verdicts. It reads no clock and does no I/O; the same
 * events with the same watermarks give the same verdicts wherever and in whatever batches they are judged.
 *
 * Two judges in one (semantics 4). The eager one asks, for a rule of helped terms, at which times the new event makes
 * the rule satisfied, and opens, extends or joins episodes there and then. The one behind the watermark, `settle`, walks
 * event times in order: it decides rules that a later event might still undo, and closes episodes.
 *
 * Worked example, window 10s, `>= 2` events. Events at 0, 1, 17, 18 satisfy the rule at 1 and at 18: two episodes, 17
 * apart. Then 9 arrives out of order: the rule is satisfied at 9 as well (1 and 9 lie in [−1, 9]), and 9 is within 10 of
 * both: the two episodes become one, [1, 18]. The second closes with the first's name on it.
 */
import type { SecurityEvent } from "../events/security-event.ts";
import type { HoldsContext, Span } from "../rules/condition-type.ts";
import { evaluate } from "../rules/expression.ts";
import type { WindowEntry } from "../state/store.ts";
import { alertId } from "./alert-id.ts";
import { compactWindow } from "./compact-window.ts";
import { firstOpening, holdsAtDeadline, spentBy } from "./deadline.ts";
import { entitiesOf } from "./entities.ts";
import { type ConditionValue, type Episode, eventOf, evidenceOf } from "./episode.ts";
import type { GroupWindow } from "./group-window.ts";
import { type JudgeSettings, latenessOf } from "./judge-settings.ts";
import { meets } from "./lasting.ts";
import type { Verdict } from "./verdict.ts";

/** What became of an event in one group. */
export type Judgement = "judged" | "late" | "duplicate" | "too-late";

/** Adds the event to the window and says what follows at once. `time`: the partition's event time. */
export function judge(
  group: GroupWindow,
  entry: WindowEntry,
  event: SecurityEvent,
  time: number,
  settings: JudgeSettings,
  verdicts: Verdict[],
): Judgement {
  const { rule } = group;
  const watermark = time - latenessOf(rule, settings);
  if (entry.t < watermark - rule.window) return "too-late";
  if (group.has(entry.id)) return "duplicate";
  const late = entry.t < watermark;

  group.trim(watermark - rule.retention);
  const relevant = group.insert(entry);
  for (const episode of relevant ? group.episodes : []) {
    if (entry.t >= episode.openedAt - rule.window && entry.t <= episode.lastSeen) {
      if (entry.t > (episode.restoredTo ?? Number.NEGATIVE_INFINITY)) episode.count += 1;
      if (late) episode.late = true;
      addEvidence(group, episode, [entry], settings);
    }
  }
  if (rule.judged === "eager") {
    const times = group.timesBetween(entry.t, entry.t + rule.window);
    judgeTimes(group, times, entry.id, event, late, settings, verdicts);
  } else if (late) decide(group, watermark, true, settings, verdicts);
  if (group.entries.length > settings.maxEvents) compactWindow(group, watermark, settings);
  schedule(group, settings);
  return late ? "late" : "judged";
}

/**
 * Adds an event that lasts, or its next state, to the window of a rule that reads it. It is never late, and what it was
 * before is forgotten.
 */
export function judgeLasting(
  group: GroupWindow,
  entry: WindowEntry & { readonly until: number },
  event: SecurityEvent,
  time: number,
  settings: JudgeSettings,
  verdicts: Verdict[],
): Judgement {
  const { rule } = group;
  const before = group.lasting(entry.id);
  if (before !== undefined && before.t === entry.t && before.until === entry.until) return "duplicate";
  group.trim(time - latenessOf(rule, settings) - rule.retention);
  if (before === undefined) group.insert(entry);
  else group.replace(before, entry);
  if (rule.judged === "eager") {
    const times = group.timesBetween(entry.t, entry.until + rule.window);
    judgeTimes(group, times, entry.id, event, false, settings, verdicts);
  }
  for (const episode of group.episodes) {
    episode.count = Math.max(episode.count, group.count(episode.openedAt - rule.window, episode.lastSeen));
  }
  schedule(group, settings);
  return "judged";
}

/** An event that lasted has become part of another: it is forgotten. */
export function forgetLasting(group: GroupWindow, id: string, settings: JudgeSettings): void {
  const entry = group.lasting(id);
  if (entry === undefined) return;
  group.compact((each) => each !== entry);
  schedule(group, settings);
}

/** The eager judge: asks at which of the times the rule is satisfied now, and says what follows. */
function judgeTimes(
  group: GroupWindow,
  times: readonly number[],
  openedBy: string,
  event: SecurityEvent,
  late: boolean,
  settings: JudgeSettings,
  verdicts: Verdict[],
): void {
  const spoken = new Set<Episode>();
  for (const t of times) {
    if (isClosedAt(group, t) || !satisfied(group, t)) continue;
    const episode = satisfiedAt(group, t, openedBy, () => entitiesOf(event), settings, verdicts);
    if (late) episode.late = true;
    spoken.add(episode);
  }
  for (const episode of spoken) {
    if (group.episodes.includes(episode)) speak(group, episode, settings, verdicts);
  }
}

/**
 * Decides and closes what the watermark has passed. `time`: the partition's event time; `come`: as far as events have
 * really come, where `time` is infinite since none will follow.
 */
export function settle(
  group: GroupWindow,
  time: number,
  settings: JudgeSettings,
  verdicts: Verdict[],
  come = time,
): void {
  const { rule } = group;
  const watermark = time - latenessOf(rule, settings);
  if (rule.judged === "each") decideEach(group, Math.min(watermark, come + 1), settings, verdicts);
  if (rule.judged !== "eager") decide(group, watermark, false, settings, verdicts);
  close(group, watermark, verdicts);
  group.trim(watermark - rule.retention);
  schedule(group, settings);
}

/** Decides what the watermark has passed and is not decided yet, in order. */
function decide(
  group: GroupWindow,
  watermark: number,
  late: boolean,
  settings: JudgeSettings,
  verdicts: Verdict[],
): void {
  if (group.rule.judged === "each") return;
  if (group.rule.judged === "deadline") {
    decideDeadlines(group, watermark, late, settings, verdicts);
    return;
  }
  const from = group.decided === null ? Number.NEGATIVE_INFINITY : group.decided + 1;
  for (const t of group.timesBetween(from, watermark - 1)) {
    close(group, t, verdicts);
    group.decided = t;
    group.touch();
    if (isClosedAt(group, t) || !satisfied(group, t)) continue;
    const opener = group.between(t, t)[0]!;
    const episode = satisfiedAt(group, t, opener.id, () => containerOf(opener), settings, verdicts);
    if (late) episode.late = true;
    speak(group, episode, settings, verdicts);
  }
}

/** Decides every window whose end the watermark has passed. */
function decideDeadlines(
  group: GroupWindow,
  watermark: number,
  late: boolean,
  settings: JudgeSettings,
  verdicts: Verdict[],
): void {
  for (;;) {
    const opening = firstOpening(group);
    if (opening === undefined || opening.deadline >= watermark) return;
    const { t0, deadline } = opening;
    close(group, deadline, verdicts);
    const held = holdsAtDeadline(group, opening);
    group.spent = spentBy(group, opening, held);
    group.touch();
    if (!held || isClosedAt(group, deadline)) continue;
    const opener = group.between(t0, t0)[0]!;
    const episode = satisfiedAt(
      group,
      deadline,
      `@${deadline}`,
      () => containerOf(opener),
      settings,
      verdicts,
    );
    if (late) episode.late = true;
    speak(group, episode, settings, verdicts);
  }
}

/** Decides every whole window that ends before `watermark`, of a group that is listed. */
function decideEach(
  group: GroupWindow,
  watermark: number,
  settings: JudgeSettings,
  verdicts: Verdict[],
): void {
  const { window } = group.rule;
  while (group.decided !== null && group.decided + window < watermark) {
    const end = group.decided + window;
    group.decided = end;
    group.touch();
    close(group, end, verdicts);
    if (!satisfied(group, end)) continue;
    speak(
      group,
      satisfiedAt(group, end, `@${end}`, () => ({}), settings, verdicts),
      settings,
      verdicts,
    );
  }
}

/** Sets a listed group up: its first whole window begins at or after the time at which the rule was loaded. */
export function stand(group: GroupWindow, loadedAt: number, settings: JudgeSettings): void {
  const { window } = group.rule;
  if (group.decided === null) {
    group.decided = Math.ceil(loadedAt / window) * window;
    group.touch();
  }
  schedule(group, settings);
}

/** Whether `t` belongs to an alert that has closed: it is not opened again. */
function isClosedAt({ closedUntil }: GroupWindow, t: number): boolean {
  return closedUntil !== null && t <= closedUntil;
}

/** Whether the rule's conditions hold on [t − window, t]. */
export function satisfied(group: GroupWindow, t: number): boolean {
  const { conditions, expression, window } = group.rule;
  return evaluate(expression, (index) => {
    const condition = conditions[index]!;
    return condition.holds(spanOf(group, index, t), contextOf(group, t - window, t));
  });
}

/** Per condition its actual value on [t − window, t]. */
export function measures(group: GroupWindow, t: number): readonly ConditionValue[] {
  const { conditions, window } = group.rule;
  return conditions.map((condition, index) => {
    const span = spanOf(group, index, t);
    const context = contextOf(group, t - window, t);
    return { value: condition.measure(span, context), met: condition.holds(span, context) };
  });
}

function spanOf(group: GroupWindow, index: number, t: number): Span {
  const { conditions, window } = group.rule;
  return group.span(index, t - window - (conditions[index]!.lookback ?? 0), t);
}

function contextOf({ since, saturated }: GroupWindow, from: number, t: number): HoldsContext {
  return { t, from, since, saturated };
}

/** Takes a satisfied time into the episodes: opens one, extends one, or joins several. Returns the one that holds it. */
function satisfiedAt(
  group: GroupWindow,
  t: number,
  openedBy: string,
  entities: () => Readonly<Record<string, string>>,
  settings: JudgeSettings,
  verdicts: Verdict[],
): Episode {
  const { window } = group.rule;
  const reached = group.episodes.filter(
    (episode) => t >= episode.openedAt - window && t <= episode.lastSeen + window,
  );
  // One that has not spoken yet only lends its times: ids and actions are those of the first opening.
  const goesOn =
    reached.find(({ revision }) => revision > 0) ??
    reached[0] ??
    begin(group, t, openedBy, entities, settings);
  const others = reached.filter((episode) => episode !== goesOn);
  const unspoken = others.filter(({ revision }) => revision === 0);
  for (const { openedAt } of unspoken) stretch(group, goesOn, openedAt, goesOn.lastSeen, settings);
  group.episodes = group.episodes.filter((episode) => !unspoken.includes(episode));
  stretch(group, goesOn, Math.min(t, goesOn.openedAt), Math.max(t, goesOn.lastSeen), settings);
  for (const other of others) if (!unspoken.includes(other)) join(group, goesOn, other, settings, verdicts);
  group.touch();
  group.changed.add(goesOn);
  return goesOn;
}

/** A new episode; while state is rebuilt, perhaps one that an alert record tells of. */
function begin(
  group: GroupWindow,
  t: number,
  openedBy: string,
  entities: () => Readonly<Record<string, string>>,
  settings: JudgeSettings,
): Episode {
  const { rule } = group;
  const { rebuilding } = settings;
  const id = alertId(rule, groupKeyOf(group), openedBy);
  const isNews = rebuilding !== undefined && !rebuilding.knows(id);
  const known = isNews ? rebuilding.openAlert(rule, groupKeyOf(group), t) : undefined;
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
    entities: entities(),
  };
  if (known === undefined) addEvidence(group, episode, group.between(t - rule.window, t), settings);
  group.episodes.push(episode);
  group.episodes.sort((a, b) => a.openedAt - b.openedAt);
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
  const overlapFrom = other.openedAt - window;
  const shared = Math.max(0, group.count(overlapFrom, Math.min(first.lastSeen, other.lastSeen)));
  const between = group.count(first.lastSeen + 1, overlapFrom - 1);
  first.count += other.count - shared + between;
  first.evidence.push(...other.evidence);
  first.lastSeen = Math.max(first.lastSeen, other.lastSeen);
  first.late ||= other.late;
  first.gap ||= other.gap;
  first.due = true;
  addEvidence(group, first, group.between(first.openedAt - window, first.lastSeen), settings);
  group.episodes.splice(group.episodes.indexOf(other), 1);
  group.changed.delete(other);
  group.mergedAway.push(other.id);
  other.revision += 1;
  say(group, verdictOf(group, other, "closed", first.id), verdicts);
}

function addEvidence(
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
function speak(group: GroupWindow, episode: Episode, settings: JudgeSettings, verdicts: Verdict[]): void {
  if (!episode.due && episode.lastSeen - episode.spokenAt < settings.updateInterval) return;
  if (episode.revision > 0) episode.values = measures(group, episode.lastSeen);
  episode.revision += 1;
  episode.spokenAt = episode.lastSeen;
  episode.due = false;
  say(group, verdictOf(group, episode, episode.revision === 1 ? "open" : "update", null), verdicts);
  group.touch();
}

/** Closes every episode whose last satisfied time lies more than a window before `t`. */
function close(group: GroupWindow, t: number, verdicts: Verdict[]): void {
  const { window } = group.rule;
  for (let index = 0; index < group.episodes.length; ) {
    const episode = group.episodes[index]!;
    if (episode.lastSeen + window >= t) {
      index += 1;
      continue;
    }
    group.episodes.splice(index, 1);
    group.closedUntil = Math.max(group.closedUntil ?? Number.NEGATIVE_INFINITY, episode.lastSeen + window);
    episode.revision += 1;
    say(group, verdictOf(group, episode, "closed", null), verdicts);
    group.touch();
  }
}

/** When the group must be looked at again, and when nothing of it can matter any more. */
function schedule(group: GroupWindow, settings: JudgeSettings): void {
  const { rule, episodes } = group;
  const lateness = latenessOf(rule, settings);
  let deadline = Number.POSITIVE_INFINITY;
  for (const { lastSeen } of episodes) deadline = Math.min(deadline, lastSeen + rule.window);
  const pending = nextDecision(group);
  if (pending !== undefined) deadline = Math.min(deadline, pending);
  group.deadline = deadline === Number.POSITIVE_INFINITY ? null : deadline + lateness;
  // A closed alert is remembered for as long as a late event could open it again.
  const ends = [
    group.newest,
    group.closedUntil,
    rule.judged === "each" ? pending : undefined,
    ...episodes.map(({ lastSeen }) => lastSeen),
  ];
  const last = Math.max(...ends.filter((end) => end !== undefined && end !== null));
  group.expiry = last === Number.NEGATIVE_INFINITY ? null : last + rule.retention + lateness;
}

/** A rule that only makes events for others says nothing to people. */
function say({ rule }: GroupWindow, verdict: Verdict, verdicts: Verdict[]): void {
  if (rule.alerts) verdicts.push(verdict);
}

/** The earliest time that waits for the watermark to pass it. */
function nextDecision(group: GroupWindow): number | undefined {
  switch (group.rule.judged) {
    case "eager":
      return undefined;
    case "settled":
      return group.nextTime(group.decided ?? Number.NEGATIVE_INFINITY);
    case "deadline":
      return firstOpening(group)?.deadline;
    case "each":
      return group.decided === null ? undefined : group.decided + group.rule.window;
  }
}

function verdictOf(
  group: GroupWindow,
  episode: Episode,
  status: Verdict["status"],
  mergedInto: string | null,
): Verdict {
  const { rule } = group;
  return {
    status,
    rule,
    groupKey: groupKeyOf(group),
    group: group.values,
    id: episode.id,
    revision: episode.revision,
    openedAt: episode.openedAt,
    lastSeen: episode.lastSeen,
    closedAt: status === "closed" ? episode.lastSeen + rule.window : null,
    mergedInto,
    count: episode.count,
    evidence: [...episode.evidence],
    conditions: rule.conditions.map(({ name, operator, threshold, phrase }, index) => {
      const { value, met } = episode.values[index]!;
      return { name, value, operator, threshold, met, phrase: phrase(value) };
    }),
    entities: episode.entities,
    late: episode.late,
    gap: episode.gap,
    rebuilt: episode.rebuilt,
  };
}

function containerOf({ container }: WindowEntry): Readonly<Record<string, string>> {
  return container === null ? {} : { container_id: container };
}

/** `container=3f2a…` out of the window's key. */
function groupKeyOf({ key }: GroupWindow): string {
  return key.slice(key.indexOf(":") + 1);
}
