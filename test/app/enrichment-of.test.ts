/** Enrichment without servers: files and the events themselves fill the tables. */
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { enrichmentOf, tablesOfEnrichers } from "../../src/app/enrichment-of.ts";
import { judgeSettings } from "../../src/app/judge-settings.ts";
import { loadRuleSet } from "../../src/app/load-rule-set.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { ConfigError } from "../../src/errors.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { Folder } from "../cli/support.ts";
import { noAvro, readRecord } from "../sources/support.ts";

const folder = new Folder();
afterAll(() => folder.remove());
const start = Date.parse("2026-01-05T10:00:00Z");

function config(settings: Readonly<Record<string, unknown>>) {
  return loadConfig({ flags: {}, env: {}, file: folder.file("corral.yml", JSON.stringify(settings)) });
}

const pods = folder.file(
  "pods.ndjson",
  Array.from({ length: 5 }, (_, n) =>
    JSON.stringify({
      kind: "pod",
      namespace: "shop",
      pod: `db-${n}`,
      ips: [`10.0.0.${n}`],
      container_id: `${n}`.repeat(12),
    }),
  ).join("\n"),
);

it("names the containers behind addresses, which lateral_movement counts", () => {
  const rules = loadRuleSet({
    rules: [join(import.meta.dirname, "../../rules/lateral_movement.yml")],
    calendar: {},
    lists: {},
  });
  const settings = config({ inventory: { files: [pods] } });
  const chain = enrichmentOf(settings);
  const engine = new EmbeddedEngine(rules, judgeSettings(settings));
  const event = (n: number, type: string, dst_ip: string): SecurityEvent => ({
    id: `e${n}`,
    timestamp: start + n * 1_000,
    type,
    container_id: "web",
    severity: "low",
    source: "native",
    details: { dst_ip },
    enrichment: {},
  });
  const alerts = [
    event(0, "network_scan", "203.0.113.1"),
    ...[1, 2, 3, 4, 4].map((host, n) => event(n + 1, "authentication_failure", `10.0.0.${host}`)),
  ].flatMap((each) => engine.feed(chain(each)));
  expect(alerts.map(({ rule, openedAt }) => [rule.id, openedAt])).toEqual([
    ["lateral_movement", start + 5_000],
  ]);
});

it("joins a Falco alert with the pod that the file names for its container", () => {
  const file = folder.file(
    "web.yml",
    `- { container_id: "docker://ee97d9c4186f${"0".repeat(52)}", namespace: shop, pod: web-0, updated_at: ${start} }\n`,
  );
  const chain = enrichmentOf(config({ inventory: { files: [file] } }));
  const record = {
    rule: "Terminal shell in container",
    time: "2026-01-05T10:00:01Z",
    priority: "Notice",
    output: "",
    output_fields: { "container.id": "ee97d9c4186f", "proc.name": "sh" },
  };
  const value = Buffer.from(JSON.stringify(record));
  const [event] = readRecord({ value, headers: {}, origin: null }, noAvro) as readonly SecurityEvent[];
  expect(chain(event!).enrichment).toMatchObject({
    namespace: "shop",
    pod: "web-0",
    inventory: { status: "hit", source: "file", age_ms: 1_000 },
  });
});

it("adds what the settings name, in their order, and nothing else", () => {
  const event: SecurityEvent = {
    id: "e",
    timestamp: start,
    type: "x",
    container_id: "c1",
    severity: "low",
    source: "native",
    details: { dst_ip: "10.0.0.1" },
    enrichment: {},
  };
  const keys = (enrichers: readonly string[]) =>
    Object.keys(enrichmentOf(config({ cluster: "eu", enrichers }))(event).enrichment);
  expect(keys(["network", "cluster"])).toEqual(["network", "cluster"]);
  expect(keys([])).toEqual([]);
  expect(tablesOfEnrichers(["cluster"])).toEqual([]);
  expect(tablesOfEnrichers(["cluster", "network", "inventory"])).toEqual(["inventory"]);
});

it("cannot be built of files that cannot be read, unless nobody reads them", () => {
  const broken = { inventory: { files: ["nowhere.yml"] } };
  expect(() => enrichmentOf(config(broken))).toThrow(ConfigError);
  expect(() => enrichmentOf(config({ ...broken, enrichers: ["cluster"] }))).not.toThrow();
});
