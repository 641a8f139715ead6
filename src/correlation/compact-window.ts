/**
 * Keeps the relevant events of a window bounded (semantics 4); compact-consulted.ts sees to the others. Behind the
 * watermark only what can still decide stays, and the newest events for evidence; sums are merged by 1/64 of the window,
 * at the time of the oldest, so that they read "at least". From the watermark on everything stays up to the bound. Beyond
 * it the group is saturated: it is treated as if nothing out of order could come any more, so that it stays exact for
 * what comes in order; if that does not help the oldest go. Events that last go only then: they may still grow.
 */
import type { ConditionMark, Span } from "../rules/condition-type.ts";
import type { WindowEntry } from "../state/store.ts";
import type { GroupWindow } from "./group-window.ts";
import type { JudgeSettings } from "./judge-settings.ts";

const bucketsPerWindow = 64;

export function compactWindow(group: GroupWindow, watermark: number, settings: JudgeSettings): void {
  compactBehind(group, watermark, settings);
  if (group.entries.length <= settings.maxEvents) return;
  group.saturate();
  compactBehind(group, group.entries.at(-1)!.t, settings);
  if (group.entries.length <= settings.maxEvents) return;
  // Half of the bound is freed at once, so that a full window is not compacted for every event.
  const surplus = group.entries.length - Math.ceil(settings.maxEvents / 2);
  const dropped = new Set(group.entries.slice(0, surplus));
  group.compact((entry) => !dropped.has(entry));
}

function compactBehind(group: GroupWindow, watermark: number, { maxEvidence }: JudgeSettings): void {
  const needed = neededBehind(group, watermark, maxEvidence);
  const merged = mergedBehind(group, watermark, needed);
  const standing = new Set(group.entries);
  group.compact(
    (entry) => entry.t >= watermark || !standing.has(entry) || needed.has(entry) || merged.has(entry),
  );
  for (const entry of merged) if (!standing.has(entry)) group.insert(entry);
}

/** Entries that stay as they are. */
function neededBehind(group: GroupWindow, watermark: number, maxEvidence: number): ReadonlySet<WindowEntry> {
  const behind = group.entries.filter(({ t }) => t < watermark);
  const needed = new Set(maxEvidence === 0 ? [] : behind.slice(-maxEvidence));
  for (const entry of behind) if (entry.until !== undefined) needed.add(entry);
  for (const [index, condition] of group.rule.conditions.entries()) {
    if (condition.merge !== undefined) continue;
    const relevant = behind.filter(({ marks, until }) => isMarked(marks[index]) && until === undefined);
    const inOrderWithLasting = condition.ordered === true && group.hasLasting;
    const kept = inOrderWithLasting ? undefined : condition.keep?.(spanOf(relevant, index));
    for (const [place, entry] of relevant.entries()) {
      if (kept === undefined || kept.has(place)) needed.add(entry);
    }
  }
  return needed;
}

/** One entry for each part of the window, with what is not needed but adds to a sum. One that says it all stands. */
function mergedBehind(
  { rule, entries }: GroupWindow,
  watermark: number,
  needed: ReadonlySet<WindowEntry>,
): ReadonlySet<WindowEntry> {
  const mergers = rule.conditions.map(({ merge }) => merge);
  const parts = entries.filter(
    (entry) =>
      entry.t < watermark &&
      !needed.has(entry) &&
      mergers.some((merge, index) => merge !== undefined && isMarked(entry.marks[index])),
  );
  const size = Math.max(1, rule.window / bucketsPerWindow);
  const buckets = Map.groupBy(parts, ({ t }) => Math.floor(t / size)).values();
  return new Set(
    [...buckets].map((bucket) => {
      const [oldest] = bucket;
      const marks = mergers.map((merge, index) => {
        const values = bucket.map((entry) => entry.marks[index]).filter(isMarked);
        return merge === undefined || values.length === 0 ? null : merge(values);
      });
      return JSON.stringify(marks) === JSON.stringify(oldest!.marks) ? oldest! : { ...oldest!, marks };
    }),
  );
}

function spanOf(entries: readonly WindowEntry[], index: number): Span {
  const times = entries.map(({ t }) => t);
  return { times, marks: entries.map(({ marks }) => marks[index]!), start: 0, end: entries.length };
}

function isMarked(mark: WindowEntry["marks"][number] | undefined): mark is ConditionMark {
  return mark !== null && mark !== undefined;
}
