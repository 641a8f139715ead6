/**
 * Keeps the events bounded that a window only consults (`not`, `until`). A sequence asks whether one of them lies before
 * or after certain relevant events, and which came first after one; so of each part that they play, only the last before
 * and the first after each time of a relevant event can decide (semantics 4: the settled remainder). Behind the watermark
 * nothing else is kept once the bound is reached. Beyond it the group is saturated: from the watermark on the same is
 * done, as if nothing out of order could come any more, so that it stays exact for what comes in order. What is left is
 * at most two for each part and relevant time; only where a `not` step joins by very many values there may be more, and
 * the oldest go.
 *
 * Worked example: relevant events at 10 and 20, an `x` at each of 1, 2, 11, 12, 13, 21, 22, watermark 30. It keeps 2 (the
 * last before 10), 11 and 13 (around 20), 21 (the first after 20) and 22 (the last before what comes from 30 on).
 */
import type { Rule } from "../rules/rule.ts";
import type { WindowEntry } from "../state/store.ts";
import type { GroupWindow } from "./group-window.ts";
import type { JudgeSettings } from "./judge-settings.ts";
import { meets } from "./lasting.ts";
import { parsePart } from "./sequence-parts.ts";
import { lowerBound, upperBound } from "./span.ts";

/** How many consulted events a window of so many relevant ones holds at most. */
export function consultedBound({ conditions }: Rule, relevant: number, maxEvents: number): number {
  const parts = conditions.reduce((sum, { forbids }) => sum + (forbids ?? 0), 0);
  return parts === 0 ? 0 : maxEvents + 2 * parts * relevant;
}

export function compactConsulted(
  group: GroupWindow,
  watermark: number,
  { maxEvents }: Pick<JudgeSettings, "maxEvents">,
): void {
  const bound = consultedBound(group.rule, group.entries.length, maxEvents);
  if (group.consulted.length <= bound) return;
  compactBehind(group, watermark);
  if (group.consulted.length <= bound) return;
  group.saturate();
  compactBehind(group, Number.POSITIVE_INFINITY);
  if (group.consulted.length <= bound) return;
  // Half of the bound is freed at once, so that a full window is not compacted for every event.
  const dropped = new Set(group.consulted.slice(0, group.consulted.length - Math.ceil(bound / 2)));
  group.compact((entry) => !dropped.has(entry));
}

function compactBehind(group: GroupWindow, watermark: number): void {
  const needed = neededBehind(group, watermark);
  const consulted = new Set(group.consulted);
  group.compact((entry) => entry.t >= watermark || !consulted.has(entry) || needed.has(entry));
}

function neededBehind({ entries, consulted }: GroupWindow, watermark: number): ReadonlySet<WindowEntry> {
  // An event that lasts may still change; a relevant one stands at any instant of its own.
  const lasting = entries.filter(({ until }) => until !== undefined);
  const stays = ({ t, until }: WindowEntry): boolean =>
    until !== undefined || lasting.some((each) => meets(each, t, t));
  const needed = new Set(consulted.filter(stays));
  // What comes next may come at the newest time, or after it.
  const next = [Math.min(watermark, consulted.at(-1)!.t), watermark];
  const steps = playersOf(entries);
  const points = consulted.filter(({ until }) => until === undefined);
  for (const [index, players] of playersOf(points).entries()) {
    for (const [part, events] of players) {
      const times = events.map(({ t }) => t);
      const relevant = timesBeside(part, steps[index]!);
      const around = [
        ...[...relevant, ...next].map((t) => events[lowerBound(times, t) - 1]),
        ...relevant.map((t) => events[upperBound(times, t)]),
      ];
      for (const entry of around) if (entry !== undefined) needed.add(entry);
    }
  }
  return needed;
}

type Players = ReadonlyMap<string, readonly WindowEntry[]>;

/** Per condition, for each part that is played the events that play it, in order. */
function playersOf(entries: readonly WindowEntry[]): readonly Players[] {
  const conditions = Array.from(entries[0]?.marks ?? [], () => new Map<string, WindowEntry[]>());
  for (const entry of entries) {
    for (const [index, mark] of entry.marks.entries()) {
      for (const part of Array.isArray(mark) ? (mark as readonly string[]) : []) {
        const known = conditions[index]!.get(part);
        if (known === undefined) conditions[index]!.set(part, [entry]);
        else known.push(entry);
      }
    }
  }
  return conditions;
}

/** Times at which steps are filled that the part may stand beside: those that join by no other value. */
function timesBeside(part: string, steps: Players | undefined): readonly number[] {
  const { key } = parsePart(part);
  const times = new Set<number>();
  for (const [step, entries] of steps ?? []) {
    const own = parsePart(step).key;
    if (key !== null && own !== null && own !== key) continue;
    for (const { t, until } of entries) times.add(t).add(until ?? t);
  }
  return [...times];
}
