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
import type { WindowEntry } from "../state/store.ts";
import { compactConsulted } from "./compact-consulted.ts";
import { compactWindow } from "./compact-window.ts";
import { firstOpening, holdsAtDeadline, passBy, spentBy } from "./deadline.ts";
import { entitiesOf } from "./entities.ts";
import type { Episode } from "./episode.ts";
import { addEvidence, close, isClosedAt, satisfiedAt, speak } from "./episodes.ts";
import type { GroupWindow } from "./group-window.ts";
import { delayOf, type JudgeSettings } from "./judge-settings.ts";
import { meets } from "./lasting.ts";
import { maybeSatisfied, satisfied } from "./satisfied.ts";
import { schedule } from "./schedule.ts";
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
  const watermark = time - delayOf(rule, settings);
  if (entry.t < watermark - rule.window) return "too-late";
  if (group.has(entry.id)) return "duplicate";
  const late = entry.t < watermark;

  if (rule.judged === "deadline") passBy(group, watermark);
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
    if (maybeSatisfied(group)) {
      const times = group.timesBetween(entry.t, entry.t + rule.window);
      judgeTimes(group, times, entry.id, event, late, settings, verdicts);
    }
  } else if (late) decide(group, watermark, true, settings, verdicts);
  bound(group, watermark, settings);
  schedule(group, settings);
  return late ? "late" : "judged";
}

/**
 * Adds an event that lasts, or its next state, to the window of a rule that reads it. It is never late, and what it was
 * before is forgotten. `time`: the event time up to which the window has been settled: what producers decide while event
 * time moves on comes in order, and the last of it must not make the window forget what the first still meets.
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
  // An alert only grows; an older state of it, read again, changes nothing.
  if (before !== undefined && before.t <= entry.t && before.until! >= entry.until) return "duplicate";
  const watermark = time - delayOf(rule, settings);
  // Read again after the window has forgotten it: it was counted then.
  if (before === undefined && entry.until < watermark - rule.retention) return "duplicate";
  group.trim(watermark - rule.retention);
  const relevant = before === undefined ? group.insert(entry) : group.replace(before, entry);
  for (const episode of relevant ? group.episodes : []) takeInto(group, episode, before, entry, settings);
  if (rule.judged === "eager") {
    const times = group.timesBetween(entry.t, entry.until + rule.window);
    judgeTimes(group, times, entry.id, event, false, settings, verdicts);
  }
  bound(group, watermark, settings);
  schedule(group, settings);
  return "judged";
}

/** Counts an event that lasts where it has come to meet an episode; what the episode grows by is counted as it grows. */
function takeInto(
  group: GroupWindow,
  episode: Episode,
  before: WindowEntry | undefined,
  entry: WindowEntry,
  settings: JudgeSettings,
): void {
  const from = episode.openedAt - group.rule.window;
  if (!meets(entry, from, episode.lastSeen)) return;
  const isNew = before === undefined || !meets(before, from, episode.lastSeen);
  if (isNew && entry.t > (episode.restoredTo ?? Number.NEGATIVE_INFINITY)) episode.count += 1;
  addEvidence(group, episode, [entry], settings);
}

/** An event that lasted has become part of another: it is forgotten, and no alert counts it beside that other. */
export function forgetLasting(group: GroupWindow, id: string, settings: JudgeSettings): void {
  const entry = group.lasting(id);
  if (entry === undefined) return;
  for (const episode of group.episodes) {
    if (!meets(entry, episode.openedAt - group.rule.window, episode.lastSeen)) continue;
    episode.count -= 1;
    episode.evidence = episode.evidence.filter((event) => event.id !== id);
    group.touch();
  }
  group.compact((each) => each !== entry);
  schedule(group, settings);
}

function bound(group: GroupWindow, watermark: number, settings: JudgeSettings): void {
  if (group.relevantCount > settings.maxEvents) compactWindow(group, watermark, settings);
  if (group.consultedCount > settings.maxEvents) compactConsulted(group, watermark, settings);
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
  let spoken: Set<Episode> | null = null;
  for (const t of times) {
    const around = late ? undefined : episodeAround(group, t);
    if (around !== undefined) {
      // It cannot grow by what it spans; but readers whose state was lost hear of it again.
      group.tell(around);
      continue;
    }
    if (isClosedAt(group, t) || !satisfied(group, t)) continue;
    const episode = satisfiedAt(group, t, openedBy, () => entitiesOf(event), settings, verdicts);
    if (episode === null) continue;
    if (late) episode.late = true;
    spoken ??= new Set();
    spoken.add(episode);
  }
  for (const episode of spoken ?? []) {
    if (group.episodes.includes(episode)) speak(group, episode, settings, verdicts);
  }
}

function episodeAround({ episodes }: GroupWindow, t: number): Episode | undefined {
  return episodes.find(({ openedAt, lastSeen }) => t >= openedAt && t <= lastSeen);
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
  const watermark = time - delayOf(rule, settings);
  if (rule.judged === "each") decideEach(group, Math.min(watermark, come + 1), settings, verdicts);
  if (rule.judged !== "eager") decide(group, watermark, false, settings, verdicts);
  close(group, watermark, settings, verdicts);
  if (rule.judged === "deadline") passBy(group, watermark);
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
    close(group, t, settings, verdicts);
    group.decided = t;
    group.touch();
    if (isClosedAt(group, t) || !satisfied(group, t)) continue;
    const opener = group.between(t, t)[0]!;
    const episode = satisfiedAt(group, t, opener.id, () => containerOf(opener), settings, verdicts);
    if (episode === null) continue;
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
    close(group, deadline, settings, verdicts);
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
    if (episode === null) continue;
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
    close(group, end, settings, verdicts);
    if (!satisfied(group, end)) continue;
    const episode = satisfiedAt(group, end, `@${end}`, () => ({}), settings, verdicts);
    if (episode !== null) speak(group, episode, settings, verdicts);
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

function containerOf({ container }: WindowEntry): Readonly<Record<string, string>> {
  return container === null ? {} : { container_id: container };
}
