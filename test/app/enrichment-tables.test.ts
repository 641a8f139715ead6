/** Tables of enrichment under running enrich roles: shared through their topic, read back, and never waited for. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadRuleSet } from "../../src/app/load-rule-set.ts";
import { runRuleTest } from "../../src/app/run-rule-test.ts";
import { TransientError } from "../../src/errors.ts";
import type { JsonMap, SecurityEvent } from "../../src/events/security-event.ts";
import type { Log } from "../../src/transport/log.ts";
import { Folder } from "../cli/support.ts";
import { Installation, type Running } from "./installation.ts";

const now = Date.parse("2026-01-05T10:00:00Z");
const web = "057dc8d712ab";
const second = "9bd4ecf1a2c3";
const workload = { namespace: "shop", workload_kind: "Deployment", workload: "web", pod: "web-0" };

/** A stager that is downloaded and one that is started are one attack on the workload, unless its container stops. */
const rulesText = `id: staged
window: 10m
group_by: workload
conditions:
  - type: event_sequence
    sequence: [{ where: { type: download } }, { where: { type: execution } }]
tests:
  - name: over a restart of the container, told by the workload
    any_order: true
    events:
      - { at: 0s, type: download, container_id: c1, namespace: shop, workload_kind: Deployment, workload: web }
      - { at: 10s, type: container_stop, container_id: c1, namespace: shop, workload_kind: Deployment, workload: web }
      - { at: 20s, type: execution, container_id: c2, namespace: shop, workload_kind: Deployment, workload: web }
    expect: [{ rule: staged, at: 20s, group: { workload: shop/Deployment/web }, events: [0, 2] }]
  - name: within one container both speak
    events:
      - { at: 0s, type: download, container_id: c1, namespace: shop, workload_kind: Deployment, workload: web }
      - { at: 20s, type: execution, container_id: c1, namespace: shop, workload_kind: Deployment, workload: web }
    expect: [{ rule: staged, at: 20s }, { rule: staged_in_one_container, at: 20s }]
---
id: staged_in_one_container
window: 10m
group_by: workload
conditions:
  - type: event_sequence
    sequence: [{ where: { type: download } }, { where: { type: execution } }]
    until: { where: { type: container_stop } }
`;
const folder = new Folder();
const rules = loadRuleSet({ rules: [folder.file("rules.yml", rulesText)], calendar: {}, lists: {} });
folder.remove();

let corral: Installation;
beforeEach(async () => {
  corral = await Installation.open(rules, now);
});
afterEach(() => corral.close());

let count = 0;
function event(change: Partial<SecurityEvent>): SecurityEvent {
  count += 1;
  return {
    id: `e${count}`,
    timestamp: now,
    type: "shell",
    container_id: web,
    severity: "low",
    source: "falco:syscall",
    details: {},
    enrichment: {},
    ...change,
  };
}

async function send(one: SecurityEvent, partition: number): Promise<void> {
  const { raw } = corral.config.topics;
  await corral.send([{ topic: raw, partition, key: null, value: Buffer.from(JSON.stringify(one)) }]);
  await corral.enriched();
}

async function enrichmentOf({ id }: SecurityEvent): Promise<JsonMap> {
  for (const { value, headers } of await corral.records("enriched")) {
    if (value === null || headers["corral-copy"] === "1") continue;
    const read = JSON.parse(value.toString()) as SecurityEvent;
    if (read.id === id) return read.enrichment;
  }
  throw new Error(`Cannot find the event: it must have been enriched: current value is ${id}`);
}

/** Lets time pass, so that tables are read on. */
async function later(ms: number): Promise<void> {
  const end = corral.clock.now() + ms;
  await corral.until(() => corral.clock.now() >= end);
}

function partitionOf({ role }: Running): number {
  return role.partitions()[0]!;
}

/** The log, of which one topic does not answer until told otherwise. */
function withoutTopic(topic: string): { readonly log: Log; answers: boolean } {
  const base = corral.log;
  const state = { answers: false };
  const log: Log = {
    producer: () => base.producer(),
    member: (options) => base.member(options),
    partitions: (name) => base.partitions(name),
    bounds: async (name) => {
      if (name === topic && !state.answers) throw new TransientError("the leader is away");
      return base.bounds(name);
    },
    read: (...all) => base.read(...all),
    createTopics: (specs) => base.createTopics(specs),
    describe: (topics) => base.describe(topics),
    denied: (rights) => base.denied(rights),
    ping: (ms) => base.ping(ms),
    close: () => base.close(),
  };
  return Object.assign(state, { log });
}

it("a second enricher knows what the first one learnt, and the topic holds it once", async () => {
  const first = await corral.start("enrich");
  const other = await corral.start("enrich");
  await corral.until(() => first.role.partitions().length > 0 && other.role.partitions().length > 0);
  await send(event({ source: "tetragon", enrichment: workload }), partitionOf(first));
  await later(2_000);
  const blind = event({});
  await send(blind, partitionOf(other));
  expect(await enrichmentOf(blind)).toMatchObject({
    ...workload,
    inventory: { status: "hit", source: "tetragon" },
  });
  for (let again = 0; again < 5; again += 1) {
    await send(
      event({ source: "tetragon", enrichment: workload, timestamp: now + again }),
      partitionOf(other),
    );
  }
  expect(await corral.records("inventory")).toHaveLength(1);
});

it("an enricher that starts anew reads back what was learnt, before its first event", async () => {
  const before = await corral.start("enrich");
  await send(event({ enrichment: { image: "shop/web:1" } }), 0);
  await corral.stop(before);
  const blind = event({});
  await corral.produce([blind]);
  const { role } = await corral.start("enrich");
  await corral.enriched();
  expect(await enrichmentOf(blind)).toMatchObject({ image: "shop/web:1", inventory: { status: "hit" } });
  expect(role.tables?.()).toMatch(/^inventory: 1 entries;/);
});

it("a table whose log does not answer delays nothing; events say loading, then hit or miss, then stale", async () => {
  await corral.send([
    {
      topic: corral.config.topics.inventory,
      key: `kubernetes/container//${web}`,
      value: Buffer.from(
        JSON.stringify({
          kind: "container",
          source: "kubernetes",
          updated_at: now,
          container_id: web,
          image: "a",
        }),
      ),
    },
  ]);
  const hidden = withoutTopic(corral.config.topics.inventory);
  const { role } = await corral.start("enrich", { log: hidden.log });
  expect(role.tables?.()).toMatch(/^loading inventory 0\/0;/);
  const early = event({});
  await send(early, 0);
  expect(await enrichmentOf(early)).toMatchObject({ inventory: { status: "loading" } });

  hidden.answers = true;
  await later(2_000);
  const known = event({});
  const unknown = event({ container_id: second });
  await send(known, 0);
  await send(unknown, 0);
  expect(await enrichmentOf(known)).toMatchObject({
    image: "a",
    inventory: { status: "hit", source: "kubernetes" },
  });
  expect(await enrichmentOf(unknown)).toMatchObject({ inventory: { status: "miss" } });

  hidden.answers = false;
  await later(corral.config.tables.staleMs + 2_000);
  const late = event({});
  await send(late, 0);
  expect(await enrichmentOf(late)).toMatchObject({ image: "a", inventory: { status: "stale" } });
  expect(role.tables?.()).toMatch(/^inventory: 1 entries, stale;/);
});

it("what is over is taken out of the topic", async () => {
  await corral.start("enrich");
  await send(event({ type: "container_start", source: "docker", enrichment: { container_name: "web" } }), 0);
  await send(event({ type: "container_stop", source: "docker", timestamp: now + 1_000 }), 0);
  await later(1_000_000);
  await send(event({ container_id: second, enrichment: { image: "b" }, timestamp: now + 1_000_000 }), 0);
  await later(62_000);
  const last = new Map<string, Buffer | null>();
  for (const { key, value } of await corral.records("inventory")) last.set(String(key), value);
  expect([...last].map(([key, value]) => [key, value !== null])).toEqual([
    [`learnt/container//${web}`, false],
    [`learnt/container//${second}`, true],
  ]);
});

it.each(rules.rules.flatMap(({ tests }) => tests))(
  "the rules of these tests, by themselves: $name",
  (each) => {
    expect(runRuleTest(rules, each)).toMatchObject({ passed: true, differences: [] });
  },
);

it("a story of a workload goes on over a restart of its container, and ends there where a rule says so", async () => {
  await corral.start("enrich");
  await corral.start("correlate");
  const { pod, ...named } = { ...workload, container_name: "app" };
  const tell = (type: string, at: number, change: Partial<SecurityEvent> = {}) =>
    send(event({ type, timestamp: now + at, ...change }), 0);
  // Only Docker's events name the workload; what the sensor says has nothing but the container.
  await tell("container_start", 0, { source: "docker", enrichment: named });
  await tell("download", 10_000);
  await tell("container_stop", 20_000, { source: "docker" });
  await tell("container_start", 30_000, { source: "docker", container_id: second, enrichment: named });
  const execution = event({ type: "execution", timestamp: now + 40_000, container_id: second });
  await send(execution, 0);
  await corral.tick(now + 41_000);
  await corral.judged();
  expect(await enrichmentOf(execution)).toMatchObject({
    workload: "web",
    lifecycle: { state: "running", previous_container: web },
  });
  expect((await corral.alerts()).map(({ rule, group }) => [rule.id, group])).toEqual([
    ["staged", { workload: "shop/Deployment/web" }],
  ]);
});

it("a session that one enricher reads of is known to the other, and after a new start", async () => {
  const exec = event({
    type: "exec_into_pod",
    source: "k8s_audit",
    container_id: null,
    details: {
      auditID: "audit-1",
      stage: "ResponseStarted",
      requestURI: "/api/v1/namespaces/shop/pods/web-0/exec?command=sh&container=app",
      objectRef: { resource: "pods", subresource: "exec", namespace: "shop", name: "web-0" },
      "user.username": "ann",
    },
    enrichment: { namespace: "shop", pod: "web-0", user: "ann" },
  });
  const first = await corral.start("enrich");
  const other = await corral.start("enrich");
  await corral.until(() => first.role.partitions().length > 0 && other.role.partitions().length > 0);
  await send(exec, partitionOf(first));
  await later(2_000);
  const shell = event({
    timestamp: now + 1_000,
    enrichment: { namespace: "shop", pod: "web-0", user: "root" },
  });
  await send(shell, partitionOf(other));
  expect(await enrichmentOf(shell)).toMatchObject({ user: "ann", session_id: "audit-1" });

  await corral.stop(first);
  await corral.stop(other);
  const third = await corral.start("enrich");
  const again = event({
    timestamp: now + 2_000,
    enrichment: { namespace: "shop", pod: "web-0", user: "root" },
  });
  await send(again, partitionOf(third));
  expect(await enrichmentOf(again)).toMatchObject({ user: "ann", identity: { process_user: "root" } });
});
