/**
 * The story as if it had just happened, for an installation whose event time is now. It is told faster than it was: in
 * forty minutes' length its first events would lie behind the watermark of a running installation and be dropped, as
 * events so late must be. So it takes half the allowed lateness, and its last event happens at `end`.
 *
 * Containers, ids and Falco's times are new in each run, so that no run goes on with another's alerts or is taken for
 * its repetition.
 */
import { hash, randomUUID } from "node:crypto";
import { containerKey } from "../events/container-id.ts";
import { type StoryRecord, storyRecord } from "./demo-story.ts";

export interface RetellOptions {
  /** Time of the last event, epoch milliseconds. */
  readonly end: number;
  /** Milliseconds that the installation waits for events out of order. */
  readonly lateness: number;
  /** Tells this run from others. */
  readonly run: string;
}

/** Milliseconds: under next to no lateness the story still takes so long, for its order's sake. */
const least = 10_000;

export async function retell(
  story: readonly StoryRecord[],
  { end, lateness, run }: RetellOptions,
): Promise<readonly StoryRecord[]> {
  const times = story.map(({ event }) => event.timestamp);
  const last = Math.max(...times);
  const length = Math.max(lateness / 2, least);
  const pace = Math.min(1, length / Math.max(1, last - Math.min(...times)));
  const names = namesOf(story, run);
  return Promise.all(
    story.map(({ text, event }) => {
      const renamed = names.reduce((line, [old, fresh]) => line.replaceAll(old, fresh), text);
      return storyRecord(withTime(withIds(renamed, run), Math.round(end - (last - event.timestamp) * pace)));
    }),
  );
}

/** Each container's first twelve digits, by which both its short and its long id are known, and those of this run. */
function namesOf(story: readonly StoryRecord[], run: string): readonly (readonly [string, string])[] {
  const containers = new Set(story.map(({ event }) => containerKey(event.container_id ?? "") ?? ""));
  containers.delete("");
  return [...containers].map((id) => [id, hash("sha256", run + id, "hex").slice(0, 12)]);
}

/** A native record's id, or the uuid that the sidekick mints for each receipt. */
function withIds(text: string, run: string): string {
  return text
    .replace(/"id":"([^"]*)"/, (_, id: string) => `"id":"${id}-${run}"`)
    .replace(/"uuid":"[^"]*"/, () => `"uuid":"${randomUUID()}"`);
}

/** Falco says its time three times, to the nanosecond: in `time`, in `evt.time` and before its text. */
function withTime(text: string, at: number): string {
  const iso = new Date(at).toISOString();
  const nanos = iso.replace("Z", "000000");
  return text
    .replace(/"timestamp":("[^"]*"|\d+)/, `"timestamp":"${iso}"`)
    .replace(/"time":"[^"]*"/, `"time":"${nanos}Z"`)
    .replace(/"evt\.time":\d+/, `"evt.time":${at}000000`)
    .replace(/"output":"[\d:]+\.\d+/, `"output":"${nanos.slice(11)}`);
}
