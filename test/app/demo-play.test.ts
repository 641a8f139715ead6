import { expect, test } from "vitest";
import { expectedAlerts, play } from "../../src/app/demo-play.ts";
import { readStory } from "../../src/app/demo-story.ts";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { ConfigError } from "../../src/errors.ts";
import { containerKey } from "../../src/events/container-id.ts";
import { playOptions } from "./demo-support.ts";

const story = await readStory();
const sourcesOf = new Map(story.map(({ event }) => [event.id, event.source.split(":")[0]]));

test("The story raises one alert of each rule, each in a container of its own", () => {
  const opened = [...play(story, playOptions)].flatMap((scene) =>
    scene.opened.map(({ alert }) => [alert.rule.id, alert.group]),
  );
  expect(opened).toEqual([
    ["lateral_movement", { container: "c7725e8fd914" }],
    ["cryptomining_detection", { container: "9d03f6a1be58" }],
    ["container_escape_attempt", { container: "4be1c09a77d2" }],
    ["data_exfiltration", { container: "e2a84b10c6f3" }],
  ]);
});

test("Falco alone shows the escape, native events the rest", () => {
  const sources = [...expectedAlerts(story, playOptions).values()].map(({ rule, evidence }) => [
    rule.id,
    ...new Set(evidence.map(({ id }) => sourcesOf.get(id)?.replace(/-agent$/, ""))),
  ]);
  expect(Object.fromEntries(sources.map(([rule, ...from]) => [rule, from]))).toEqual({
    lateral_movement: ["auth", "flow"],
    cryptomining_detection: ["node", "dns"],
    container_escape_attempt: ["falco"],
    data_exfiltration: ["flow"],
  });
});

test("An alert opens at the event that completes it, with its actions planned", () => {
  const scene = [...play(story, playOptions)].find(({ opened }) =>
    opened.some(({ alert }) => alert.rule.id === "container_escape_attempt"),
  );
  expect(scene?.event?.type).toBe("namespace_change");
  expect(scene?.opened[0]?.actions.map(({ type, mode }) => [type, mode])).toEqual([
    ["isolate_container", "dry_run"],
    ["capture_forensics", "dry_run"],
  ]);
});

test("Four containers come near an alert and stay silent", () => {
  const raised = new Set(
    [...expectedAlerts(story, playOptions).values()].map(({ group }) => group.container),
  );
  const all = new Set(story.map(({ event }) => containerKey(event.container_id!)!));
  for (const container of raised) all.delete(container!);
  expect(all).toEqual(new Set(["5f6d20e3b9aa", "81b7c4d2f0e6", "a30e9b5c1d77", "b61f9e3d2a70"]));
});

test("Some events are out of order, none is late", () => {
  const times = story.map(({ event }) => event.timestamp);
  expect(times.some((t, index) => index > 0 && t < times[index - 1]!)).toBe(true);
  const engine = new EmbeddedEngine(playOptions.rules, playOptions.judge);
  for (const { event } of story) engine.feed(event);
  expect(engine.counts).toMatchObject({ late: 0, tooLate: 0, duplicates: 0 });
});

test("A story that is not there is a fault of configuration", async () => {
  await expect(readStory("no/such.ndjson")).rejects.toThrow(ConfigError);
});
