import { expect, test } from "vitest";
import { expectedAlerts } from "../../src/app/demo-play.ts";
import { retell } from "../../src/app/demo-retell.ts";
import { readStory } from "../../src/app/demo-story.ts";
import { playOptions } from "./demo-support.ts";

const story = await readStory();
/** A Sunday. */
const end = Date.parse("2026-06-14T12:00:00Z");
const again = await retell(story, { end, lateness: 60_000, run: "a" });

test("A story told again ends when it should, within half the lateness, in the same order", () => {
  const times = again.map(({ event }) => event.timestamp);
  expect(Math.max(...times)).toBe(end);
  expect(Math.min(...times)).toBe(end - 30_000);
  const order = (t: readonly number[]) => [...t.keys()].sort((a, b) => t[a]! - t[b]! || a - b);
  expect(order(times)).toEqual(order(story.map(({ event }) => event.timestamp)));
});

test("A story told again raises the same alerts about other containers", async () => {
  const rules = (records: typeof story) =>
    [...expectedAlerts(records, playOptions).values()].map(({ rule }) => rule.id);
  expect(rules(again)).toEqual(rules(story));
  const next = await retell(story, { end, lateness: 60_000, run: "b" });
  const known = new Set([story, again].flatMap((each) => [...expectedAlerts(each, playOptions).keys()]));
  for (const fingerprint of expectedAlerts(next, playOptions).keys())
    expect(known.has(fingerprint)).toBe(false);
});

test("No event of one run is taken for one of another", async () => {
  const next = await retell(story, { end: end + 1, lateness: 60_000, run: "b" });
  const ids = [story, again, next].flatMap((each) => each.map(({ event }) => event.id));
  expect(new Set(ids).size).toBe(3 * story.length);
});

test("Falco's time is told anew wherever it says it", () => {
  const falco = again.find(({ event }) => event.source === "falco:syscall")!;
  const iso = new Date(falco.event.timestamp).toISOString();
  expect(falco.text).toContain(`"time":"${iso.replace("Z", "000000Z")}"`);
  expect(falco.text).toContain(`"evt.time":${falco.event.timestamp}000000,`);
  expect(falco.text).toContain(`"output":"${iso.slice(11, 23)}000000: `);
});
