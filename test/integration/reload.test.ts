import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { loadRuleSet } from "../../src/app/load-rule-set.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { describeWithServices } from "../services/services.ts";
import type { CorralProcess } from "./support/corral-process.ts";
import { alertKey, differingDuplicates, finalAlerts, Installation } from "./support/installation.ts";
import { disordered, expectedKeys, load, nativeJson } from "./support/load.ts";

const reloads = 200;
/** Edited all the time; every other rule is left alone. */
const edited = "lateral_movement";

describeWithServices("kafka", "redis")("Rules that change under load", ({ kafka, redis }) => {
  const folder = mkdtempSync(join(tmpdir(), "corral-reload-"));
  const file = join(folder, `${edited}.yml`);
  cpSync("rules", folder, { recursive: true });
  const original = readFileSync(file, "utf8");
  const corral = new Installation({
    kafka,
    redis,
    settings: { CORRAL_IDLE_TIMEOUT: "off", CORRAL_RULES: folder, CORRAL_RULES_RELOAD: "50ms" },
  });
  const events = load({ seed: 41, containers: 2_000, span: 6 * 3_600_000 });
  const arrival = disordered(events, 20_000, 41);

  beforeAll(() => corral.createTopics());
  afterAll(async () => {
    await corral.close();
    rmSync(folder, { recursive: true });
  });

  test(`${reloads} reloads leave untouched rules' alerts as they are`, { timeout: 900_000 }, async () => {
    const processes = await Promise.all([
      corral.run("enrich"),
      corral.run("correlate"),
      corral.run("correlate"),
    ]);
    const share = Math.ceil(arrival.length / reloads);
    for (let reload = 0; reload < reloads; reload += 1) {
      const part = arrival.slice(reload * share, (reload + 1) * share);
      const produced = corral.produce(
        part.map((event) => ({ key: event.container_id!, value: nativeJson(event) })),
      );
      const before = processes.map(said);
      // Renamed into place: a process may look at any moment.
      writeFileSync(`${file}.new`, edit(original, reload));
      renameSync(`${file}.new`, file);
      await corral.until(
        async () => processes.every((each, index) => said(each) > before[index]!),
        (taken) => taken,
        `reload ${reload} to be taken up or refused`,
      );
      await produced;
    }
    await corral.drained(120_000);

    const alerts = await corral.alerts();
    const untouched = (key: string): boolean => !key.startsWith(`${edited} `);
    expect(finalAlerts(alerts).map(alertKey).filter(untouched).sort()).toEqual(
      expectedKeys(events).filter(untouched),
    );
    expect(expectedKeys(events).filter(untouched).length).toBeGreaterThan(500);
    expect(differingDuplicates(alerts)).toEqual([]);
    expect(processes.map((each) => each.running)).toEqual([true, true, true]);
    for (const each of processes) {
      const count = (text: string): number => each.lines.filter((line) => line.includes(text)).length;
      expect([count(`"renewed":["${edited}"]`), count(`"reworded":["${edited}"]`)]).toEqual([100, 50]);
      expect(count("changed rules refused")).toBe(50);
      expect(count("claim lost")).toBe(0);
    }
    expect(await judged(processes)).toBe(judgedAlone(events));
  });
});

/** In turn: another threshold, other words, a fault, another threshold. */
function edit(text: string, reload: number): string {
  const threshold = (count: number): string =>
    text.replace('authentication_failure, operator: ">=", threshold: 5', (found) =>
      found.replace("5", String(count)),
    );
  if (reload % 4 === 1) return threshold(1_000 + reload - 1).replace(/^name: .*/m, `name: Words ${reload}`);
  if (reload % 4 === 2) return `${text}\nwindw: ${reload}m\n`;
  return threshold(1_000 + reload);
}

/** Changes that the process has taken up or refused. */
function said({ lines }: CorralProcess): number {
  return lines.filter((line) => line.includes('"msg":"rules changed"') || line.includes("rules refused"))
    .length;
}

/** As many as the embedded engine judges under rules that stand still: the edits change no event's relevance. */
function judgedAlone(events: readonly SecurityEvent[]): number {
  const config = { rules: ["rules"], calendar: {}, lists: {} };
  const engine = new EmbeddedEngine(loadRuleSet(config), {
    allowedLateness: 60_000,
    updateInterval: 60_000,
    maxEvidence: 50,
    maxEvents: 1_000,
  });
  for (const event of events) engine.feed(event);
  return engine.counts.judged;
}

async function judged(processes: readonly CorralProcess[]): Promise<number> {
  let sum = 0;
  for (const each of processes) {
    const text = await (await fetch(`http://127.0.0.1:${await each.httpPort()}/metrics`)).text();
    for (const [, count] of text.matchAll(/^corral_judged_events_total\S* (\d+)/gm)) sum += Number(count);
  }
  return sum;
}
