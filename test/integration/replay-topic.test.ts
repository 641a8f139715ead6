/** What a running installation wrote, judged again with a rule that was changed since. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { makeEvent } from "../events/make-event.ts";
import { confluentApi } from "../services/registry.ts";
import { describeWithServices } from "../services/services.ts";
import { Installation } from "./support/installation.ts";
import { nativeJson } from "./support/load.ts";

const start = Date.parse("2026-01-05T10:00:00Z");
const folder = mkdtempSync(join(tmpdir(), "corral-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));

function ruleFile(name: string, threshold: number): string {
  const path = join(folder, `${name}.yml`);
  const rule = (id: string, group: string) =>
    JSON.stringify({
      id,
      window: "1m",
      group_by: group,
      conditions: [{ type: "event_count", where: { type: "login" }, threshold }],
    });
  writeFileSync(path, `${rule("many_in_container", "container")}\n---\n${rule("many_of_user", "user")}\n`);
  return path;
}

const loose = ruleFile("loose", 2);
const strict = ruleFile("strict", 4);

/** Container `cN` has N logins, by users that have two or three each. */
const events = [1, 2, 3, 4, 5].flatMap((count) =>
  Array.from({ length: count }, (_, index) =>
    makeEvent(
      { user: `u${((count * (count - 1)) / 2 + index) % 6}` },
      { id: `c${count}-${index}`, timestamp: start + index * 1000, type: "login", container_id: `c${count}` },
    ),
  ),
);

describeWithServices(
  "kafka",
  "redis",
  "registry",
)("replay of topics", ({ kafka, redis, registry }) => {
  const corral = new Installation({
    kafka,
    redis,
    registry: confluentApi(registry),
    settings: { CORRAL_IDLE_TIMEOUT: "off", CORRAL_RULES: loose },
  });
  beforeAll(() => corral.createTopics());
  afterAll(() => corral.close());

  async function replayed(...words: readonly string[]) {
    const results: string[] = [];
    const notes: string[] = [];
    const output = {
      result: (line: string) => void results.push(line),
      note: (line: string) => void notes.push(line),
      colour: false,
    };
    const flags = [
      "--kafka-brokers",
      kafka,
      "--registry-url",
      confluentApi(registry),
      "--prefix",
      corral.prefix,
    ];
    const code = await main(["replay", ...flags, "--format", "ndjson", ...words], output);
    const alerts = results.map(
      (line) => JSON.parse(line) as { rule: string; group: object; event_count: number },
    );
    return { code, notes: notes.join("\n"), alerts };
  }

  test("the changed rule judges what the other one has written, each event once, and nothing moves", async () => {
    const roles = await Promise.all([corral.run("enrich"), corral.run("correlate")]);
    await corral.produce(events.map((event) => ({ value: nativeJson(event) })));
    await corral.drained();
    for (const role of roles) expect(await role.terminate()).toBe(0);
    const committed = await corral.committed("corral-correlate", "events.enriched");
    const alerts = await corral.ends("alerts");

    const strictly = await replayed("--rules", strict, "--topic", "events.enriched", "--since", "1h");
    expect(strictly).toMatchObject({
      code: 0,
      notes: expect.stringContaining("15 events, 0 late, 0 not read"),
    });
    expect(strictly.alerts.map(({ rule, group, event_count }) => [rule, group, event_count])).toEqual([
      ["many_in_container", { container: "c4" }, 4],
      ["many_in_container", { container: "c5" }, 5],
    ]);
    const raw = await replayed("--rules", strict, "--topic", "events.raw");
    // An alert is named after the event that completed it, which depends on the order of arrival.
    const unnamed = ({ alerts }: typeof raw) => alerts.map((alert) => ({ ...alert, id: null }));
    expect(unnamed(raw)).toEqual(unnamed(strictly));
    const loosely = await replayed("--rules", loose, "--topic", "events.enriched");
    expect(loosely.alerts.length).toBeGreaterThan(strictly.alerts.length);
    const later = await replayed("--rules", loose, "--topic", "events.enriched", "--until", "1h");
    expect(later).toMatchObject({ code: 0, alerts: [], notes: expect.stringContaining("0 events") });

    expect(await corral.ends("alerts")).toEqual(alerts);
    expect(await corral.committed("corral-correlate", "events.enriched")).toEqual(committed);
  });

  test("with Kafka away it is exit code 4", async () => {
    const { code } = await replayed(
      "--kafka-brokers",
      "127.0.0.1:1",
      "--rules",
      loose,
      "--topic",
      "events.raw",
    );
    expect(code).toBe(4);
  });
});
