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
  ].flatMap((each) => engine.feed(chain.pass(each)));
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
  expect(chain.pass(event!).enrichment).toMatchObject({
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
    Object.keys(enrichmentOf(config({ cluster: "eu", enrichers })).pass(event).enrichment);
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

it("adds no key that an enricher does not name, and none without the fields that it needs", () => {
  const holders = [
    { kind: "pod", namespace: "shop", pod: "web-0", ips: ["10.0.0.1"], container_id: "a".repeat(12) },
    { kind: "service", namespace: "shop", name: "db", ips: ["10.0.0.2"] },
    { kind: "node", name: "n1", ips: ["10.0.0.3"] },
  ];
  const file = folder.file("holders.ndjson", holders.map((holder) => JSON.stringify(holder)).join("\n"));
  const chain = enrichmentOf(config({ cluster: "eu", inventory: { files: [file] } }));
  const base = { id: "e", timestamp: start, severity: "low", source: "k8s_audit", enrichment: {} } as const;
  const facts = { image: "shop/web:1", pod: "web-0", namespace: "shop", workload: "web", node: "n1" };
  const events: readonly SecurityEvent[] = [
    { ...base, type: "container_start", container_id: "a".repeat(64), details: {}, enrichment: facts },
    {
      ...base,
      type: "exec",
      container_id: "a".repeat(64),
      details: { loginuid: 1_000, cmdline: "curl x.org" },
    },
    { ...base, type: "pods_exec", details: { verb: "create" }, enrichment: { ...facts, user: "ann" } },
    ...["10.0.0.1", "10.0.0.2", "10.0.0.3", "203.0.113.9"].flatMap((ip) =>
      ["src_ip", "dst_ip"].map((end) => ({
        ...base,
        type: "flow",
        container_id: "c1",
        details: { [end]: ip },
      })),
    ),
  ];
  const seen = new Set<string>();
  for (const event of events) {
    chain.learn(event);
    for (const { name, adds, from, enrich } of chain.enrichers) {
      const context = enrich(event);
      const bare = from !== undefined && !from.some((field) => field in event.details);
      if (bare) expect([name, context]).toEqual([name, null]);
      if (context === null) continue;
      seen.add(name);
      expect(Object.keys(context).filter((key) => !adds.includes(key))).toEqual([]);
    }
  }
  expect(seen).toEqual(new Set(chain.enrichers.map(({ name }) => name)));
});
