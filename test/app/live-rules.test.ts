/** Rule files that change under a running installation. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Alert } from "../../src/alerts/alert.ts";
import { LiveRules } from "../../src/app/live-rules.ts";
import { fileSource } from "../../src/app/rule-source.ts";
import { ConfigError, RuleError } from "../../src/errors.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { ruleSet } from "../../src/rules/rule-set.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { ManualClock } from "../transport/manual-clock.ts";
import { Installation, type Running } from "./installation.ts";

const start = Date.parse("2026-01-11T14:00:00Z");
const minute = 60_000;

interface Wording {
  readonly threshold?: number;
  readonly severity?: string;
  readonly group?: string;
}

/** So many events of type `<id>_seen` within 30 minutes. */
function rule(id: string, { threshold = 4, severity = "low", group = "container" }: Wording = {}): string {
  return [
    `id: ${id}`,
    `name: ${id}`,
    `severity: ${severity}`,
    "window: 30m",
    `group_by: ${group}`,
    `conditions: [{ type: event_count, where: { type: ${id}_seen }, threshold: ${threshold} }]`,
    "actions: [{ type: alert }]",
  ].join("\n");
}

let folder: string;
const write = (id: string, text: string): void => writeFileSync(join(folder, `${id}.yml`), text);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "corral-live-"));
  write("logins", rule("logins"));
  write("shells", rule("shells"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function liveRules(
  metrics = createMetrics(),
): Promise<{ readonly live: LiveRules; readonly lines: string[] }> {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level: "info", role: "test", stream });
  const settings = { calendar: {}, lists: {} };
  const source = fileSource([folder]);
  return { live: await LiveRules.open({ source, settings, metrics, logger }), lines };
}

describe("Rules that change under both roles", () => {
  let corral: Installation;
  let live: LiveRules;
  let lines: string[];
  let correlator: Running;

  beforeEach(async () => {
    corral = await Installation.open((await liveRules()).live.current, start + 240 * minute);
    ({ live, lines } = await liveRules(corral.metrics));
    corral.rules = () => live.current;
    live.start(corral.clock, 2_000);
    await corral.start("enrich");
    correlator = await corral.start("correlate");
  });
  afterEach(async () => {
    await live.stop();
    await corral.close();
  });

  /** One event of the type at each minute, then everything judged. */
  async function happen(type: string, ...minutes: readonly number[]): Promise<void> {
    const events = minutes.map(
      (at): SecurityEvent => ({
        id: `${type}-${at}`,
        timestamp: start + at * minute,
        type,
        container_id: "web",
        severity: "low",
        source: "test",
        details: {},
        enrichment: { namespace: "shop" },
      }),
    );
    await corral.produce(events);
    await corral.judged();
  }

  async function changed(): Promise<void> {
    const { version } = live.current;
    await corral.until(() => live.current.version !== version);
  }

  async function opened(): Promise<readonly Alert[]> {
    return (await corral.alerts()).filter(({ status }) => status === "open");
  }

  test("another severity keeps the window, and the next alert has it", async () => {
    await happen("logins_seen", 0, 1, 2);
    write("logins", rule("logins", { severity: "critical" }));
    await changed();
    await happen("logins_seen", 3);
    expect((await opened()).map(({ severity, event_count }) => [severity, event_count])).toEqual([
      ["critical", 4],
    ]);
    expect(lines.filter((line) => line.includes('"reworded":["logins"]')).length).toBe(1);
  });

  test("an open alert goes on under its id, in the new words", async () => {
    await happen("logins_seen", 0, 1, 2, 3);
    write("logins", rule("logins", { severity: "critical" }));
    await changed();
    await happen("logins_seen", 8);
    const records = await corral.alerts();
    expect(new Set(records.map(({ id }) => id)).size).toBe(1);
    expect(records.map(({ status, severity }) => [status, severity])).toEqual([
      ["open", "low"],
      ["update", "critical"],
    ]);
  });

  test("another threshold begins the rule's windows anew", async () => {
    await happen("logins_seen", 0, 1);
    await happen("shells_seen", 0, 1, 2);
    write("logins", rule("logins", { threshold: 3 }));
    await changed();
    await happen("logins_seen", 3, 4);
    expect(await opened()).toEqual([]);
    await happen("logins_seen", 5);
    await happen("shells_seen", 6);
    expect((await opened()).map(({ rule: { id }, event_count }) => [id, event_count])).toEqual([
      ["logins", 3],
      ["shells", 4],
    ]);
    expect(lines.filter((line) => line.includes('"renewed":["logins"]')).length).toBe(1);
  });

  test("a new rule with a grouping of its own is routed and judged, a removed one is not", async () => {
    write("tokens", rule("tokens", { group: "namespace", threshold: 2 }));
    rmSync(join(folder, "logins.yml"));
    await changed();
    await happen("tokens_seen", 0, 1);
    await happen("logins_seen", 0, 1, 2, 3);
    expect((await opened()).map(({ rule: { id }, group }) => [id, group])).toEqual([
      ["tokens", { namespace: "shop" }],
    ]);
  });

  test("a bad set is refused as a whole, told once and counted; the last good one goes on", async () => {
    const { version } = live.current;
    await happen("logins_seen", 0, 1, 2);
    write("logins", rule("logins", { threshold: 2 }));
    write("shells", `${rule("shells")}\nwindw: 3m\n`);
    const refusals = async () => (await corral.metrics.rulesRefused.get()).values[0]?.value ?? 0;
    await corral.until(async () => (await refusals()) === 1);
    for (let round = 0; round < 10; round += 1) await corral.until(() => true);
    await happen("logins_seen", 3);
    expect(live.current.version).toBe(version);
    expect(live.refused).toBe(true);
    expect((await opened()).map(({ rule: { id }, event_count }) => [id, event_count])).toEqual([
      ["logins", 4],
    ]);
    expect(lines.filter((line) => line.includes("shells.yml")).length).toBe(1);
    expect(await refusals()).toBe(1);

    write("shells", rule("shells"));
    await changed();
    expect(live.refused).toBe(false);
    expect((await corral.metrics.rulesLoaded.get()).values.map(({ labels }) => labels.version)).toEqual([
      live.current.version,
    ]);
  });

  test("a half-full window of an untouched rule survives 20 changes of the other", async () => {
    for (let round = 0; round < 20; round += 1) {
      if (round % 5 === 0) await happen("shells_seen", round / 5);
      write("logins", rule("logins", { threshold: 5 + round }));
      await changed();
      await corral.tick(start + round * 10_000);
      await corral.judged();
    }
    expect((await opened()).map(({ rule: { id }, event_count }) => [id, event_count])).toEqual([
      ["shells", 4],
    ]);
    expect((await corral.metrics.applyRefused.get()).values).toEqual([]);
  });

  test("an alert of a rule younger than its window says since when, under a later owner too", async () => {
    await happen("shells_seen", 0, 1, 2);
    await corral.tick(start + 3 * minute);
    await corral.judged();
    write("logins", rule("logins", { threshold: 2 }));
    await changed();
    await corral.tick(start + 4 * minute);
    await corral.judged();
    await corral.stop(correlator);
    await corral.start("correlate");
    await happen("logins_seen", 5, 6);
    await happen("shells_seen", 7);
    await corral.tick(start + 60 * minute);
    await happen("logins_seen", 70, 71);
    await corral.tick(start + 200 * minute);
    await corral.judged();
    const marks = (await corral.alerts())
      .toSorted((a, b) => a.opened_at - b.opened_at || a.revision - b.revision)
      .map(({ rule: { id }, opened_at, status, rule_since }) => [
        id,
        (opened_at - start) / minute,
        status,
        rule_since === null ? null : (rule_since - start) / minute,
      ]);
    expect(marks).toEqual([
      ["logins", 6, "open", 3],
      ["logins", 6, "closed", 3],
      ["shells", 7, "open", null],
      ["shells", 7, "closed", null],
      ["logins", 71, "open", null],
      ["logins", 71, "closed", null],
    ]);
  });

  test("an alert that is open when its rule's file goes is closed, and one of an edited rule too", async () => {
    await happen("logins_seen", 0, 1, 2, 3);
    await happen("shells_seen", 0, 1, 2, 3);
    rmSync(join(folder, "logins.yml"));
    write("shells", rule("shells", { threshold: 9 }));
    await changed();
    write("tokens", rule("tokens"));
    await changed();
    await corral.tick(start + 35 * minute);
    await corral.judged();
    const records = (await corral.alerts()).map(({ rule: { id }, status }) => `${id} ${status}`);
    expect(records.sort()).toEqual(["logins closed", "logins open", "shells closed", "shells open"]);
  });

  test("listed groups that nobody hears of are judged through all changes", async () => {
    const listed = rule("beats", { threshold: 1 })
      .replace("threshold: 1", 'operator: "<", threshold: 1')
      .concat("\nfor_each: { container: [web, api] }");
    await corral.tick(start);
    await corral.judged();
    write("beats", listed);
    await changed();
    for (let round = 1; round <= 12; round += 1) {
      await corral.tick(start + round * 10 * minute);
      await corral.judged();
      write("logins", rule("logins", { threshold: 5 + round }));
      await changed();
    }
    const alerts = await opened();
    expect(alerts.map(({ group }) => group.container).sort()).toEqual(["api", "web"]);
    expect(new Set(alerts.map(({ opened_at }) => (opened_at - start) / minute))).toEqual(new Set([30]));
  });

  test("event time goes on over a change: what comes late is late", async () => {
    // Other rules before every record.
    corral.config = { ...corral.config, batch: { maxRecords: 1 } };
    corral.rules = () => ruleSet(live.current.rules);
    await corral.stop(correlator);
    await corral.start("correlate");
    await corral.tick(start + 20 * minute);
    await corral.judged();
    await happen("shells_seen", 0, 1, 2, 3);
    expect((await opened()).map(({ late }) => late)).toEqual([true]);
  });

  test("an alert that was open over a change of the other rule is closed", async () => {
    await happen("shells_seen", 0, 1, 2, 3);
    write("logins", rule("logins", { threshold: 9 }));
    await changed();
    await corral.tick(start + 120 * minute);
    await corral.judged();
    expect((await corral.alerts()).map(({ status }) => status)).toEqual(["open", "closed"]);
  });
});

describe("Rule files that are looked at", () => {
  async function rounds(clock: ManualClock, count: number): Promise<void> {
    for (let round = 0; round < count; round += 1) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  test("a file that is still being written is left until it stands still", async () => {
    const { live } = await liveRules();
    const clock = new ManualClock();
    const { version } = live.current;
    live.start(clock, 1_000);
    // The first half of a file is a rule without what stands in the second.
    write("logins", rule("logins").replace(/actions.*/, ""));
    await rounds(clock, 11);
    write("logins", `${rule("logins")}\n---\n${rule("tokens")}`);
    await rounds(clock, 8);
    expect(live.current.version).toBe(version);
    await rounds(clock, 20);
    expect(live.current.rules.map(({ id }) => id)).toEqual(["logins", "tokens", "shells"]);
    await live.stop();
  });

  test("other comments change nothing, and nothing changes after the end", async () => {
    const { live, lines } = await liveRules();
    const clock = new ManualClock();
    const before = live.current;
    live.start(clock, 1_000);
    write("logins", `# new words\n${rule("logins")}`);
    await rounds(clock, 30);
    expect(live.current).toBe(before);
    expect(lines).toEqual([]);
    await live.stop();
    write("logins", rule("logins", { threshold: 9 }));
    await rounds(clock, 30);
    expect(live.current).toBe(before);
  });

  test("a folder that is gone is refused, and taken up again when it is back", async () => {
    const { live, lines } = await liveRules();
    const clock = new ManualClock();
    const before = live.current;
    live.start(clock, 1_000);
    rmSync(folder, { recursive: true });
    await rounds(clock, 40);
    expect(live.current).toBe(before);
    expect(lines.filter((line) => line.includes("the path must exist")).length).toBe(1);
    mkdirSync(folder);
    write("shells", rule("shells"));
    await rounds(clock, 40);
    expect(live.current.rules.map(({ id }) => id)).toEqual(["shells"]);
    await live.stop();
  });

  test("a mounted ConfigMap, which is links into a hidden folder, is read once", async () => {
    mkdirSync(join(folder, "..2026_01_11"));
    writeFileSync(join(folder, "..2026_01_11/tokens.yml"), rule("tokens"));
    symlinkSync("..2026_01_11", join(folder, "..data"));
    symlinkSync("..data/tokens.yml", join(folder, "tokens.yml"));
    expect((await liveRules()).live.current.rules.map(({ id }) => id)).toEqual([
      "logins",
      "shells",
      "tokens",
    ]);
  });

  test("at start faults and missing paths are thrown", async () => {
    write("logins", "id: 1");
    await expect(liveRules()).rejects.toThrow(RuleError);
    rmSync(folder, { recursive: true });
    await expect(liveRules()).rejects.toThrow(ConfigError);
    mkdirSync(folder);
  });
});
