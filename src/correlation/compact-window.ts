/**
 * Keeps a window bounded (semantics 4). Behind the watermark only what can still decide stays, and the newest events for
 * evidence; from the watermark on everything stays up to the bound. What has to go beyond that goes oldest first, and
 * the group is marked saturated: from then on its counts read "at least".
 */
import type { WindowEntry } from "../state/store.ts";
import type { GroupWindow } from "./group-window.ts";
import type { JudgeSettings } from "./judge-settings.ts";

export function compactWindow(group: GroupWindow, watermark: number, settings: JudgeSettings): void {
  const needed = neededBehind(group, watermark, settings.maxEvidence);
  group.compact((entry) => entry.t >= watermark || needed.has(entry));
  // Half of the bound is freed at once, so that a full window is not compacted for every event.
  if (group.entries.length <= settings.maxEvents) return;
  const surplus = group.entries.length - Math.ceil(settings.maxEvents / 2);
  const dropped = new Set(group.entries.slice(0, surplus));
  group.compact((entry) => !dropped.has(entry));
  group.saturated = true;
}

function neededBehind(group: GroupWindow, watermark: number, maxEvidence: number): ReadonlySet<WindowEntry> {
  const behind = group.entries.filter(({ t }) => t < watermark);
  const needed = new Set(behind.slice(-maxEvidence));
  for (const [index, condition] of group.rule.conditions.entries()) {
    const relevant = behind.filter(({ marks }) => marks[index] !== null && marks[index] !== undefined);
    const kept = condition.keep?.(group.span(index, Number.NEGATIVE_INFINITY, watermark - 1));
    for (const [place, entry] of relevant.entries()) {
      if (kept === undefined || kept.has(place)) needed.add(entry);
    }
  }
  return needed;
}
