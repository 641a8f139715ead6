/** Rules that are pushed to a running installation, through real Kafka: as JSON, and as Avro with a registry. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RuleDocument, setKey, setOf, textHash } from "../../src/app/rule-document.ts";
import { RulesTopic } from "../../src/app/rules-topic.ts";
import { exitCode } from "../../src/cli/output.ts";
import { systemClock } from "../../src/clock.ts";
import { openCodecs } from "../../src/codec/open-codecs.ts";
import type { RuleRecord } from "../../src/codec/rule-document.ts";
import { KafkaLog } from "../../src/transport/kafka/kafka-log.ts";
import { corral as command, Folder } from "../cli/support.ts";
import { subjects as plain } from "../codec/subjects.ts";
import { confluentApi } from "../services/registry.ts";
import { describeWithServices } from "../services/services.ts";
import type { CorralProcess } from "./support/corral-process.ts";
import { Installation } from "./support/installation.ts";

const logins = (threshold: number): string => `id: logins
window: 5m
conditions: [{ type: event_count, where: { type: login_seen }, threshold: ${threshold} }]
`;
const shells =
  "id: shells\nwindow: 5m\nconditions: [{ type: event_count, where: { type: shell_seen }, threshold: 1 }]\n";

for (const services of [
  ["kafka", "redis"],
  ["kafka", "redis", "registry"],
] as const) {
  describeWithServices(...services)(`Rules from a topic, with ${services.join(", ")}`, (addresses) => {
    const { kafka, redis } = addresses;
    const registry = "registry" in addresses ? confluentApi(addresses.registry as string) : undefined;
    const corral = new Installation({
      kafka,
      redis,
      ...(registry === undefined ? {} : { registry }),
      settings: { CORRAL_IDLE_TIMEOUT: "2s", CORRAL_RULES_TOPIC: "true", CORRAL_RULES_RELOAD: "300ms" },
    });
    const folder = new Folder();
    const start = Date.now() - 60_000;
    const log = new KafkaLog({ brokers: [kafka], clientId: "test", clock: systemClock });

    const rules = (...words: readonly string[]) =>
      command(
        "rules",
        ...words,
        "--kafka-brokers",
        kafka,
        "--prefix",
        corral.prefix,
        ...(registry === undefined ? [] : ["--registry-url", registry]),
      );
    const event = (id: string, second: number, type: string) =>
      corral.produce([
        {
          key: "c1",
          value: JSON.stringify({ id, timestamp: start + second * 1_000, container_id: "c1", type }),
        },
      ]);
    const opened = async () =>
      (await corral.alerts())
        .filter(({ status }) => status === "open")
        .map(({ rule, event_count }) => `${rule.id} ${event_count}`);
    const until = (alerts: readonly string[]) =>
      corral.until(opened, (found) => found.length >= alerts.length, alerts.join(", "));

    beforeAll(() => corral.createTopics());
    afterAll(async () => {
      await corral.close();
      await log.close();
      folder.remove();
    });

    test("are pushed, judged by, changed while it runs, and kept when a bad set comes past the checks", async () => {
      const file = folder.file("rules/logins.yml", logins(2));
      folder.file("rules/shells.yml", shells);
      const all = `${folder.path}/rules`;
      expect((await rules("list")).results).toEqual(["no rules were pushed"]);
      expect(await rules("push", all)).toMatchObject({
        code: exitCode.ok,
        results: [`added      logins (${file}:1)`, `added      shells (${all}/shells.yml:1)`, "unchanged  0"],
      });
      expect((await rules("push", all)).notes).toEqual(["nothing to do"]);

      const processes = await Promise.all([corral.run("enrich"), corral.run("correlate")]);
      await event("l1", 0, "login_seen");
      await event("l2", 1, "login_seen");
      await until(["logins 2"]);

      folder.file("rules/logins.yml", logins(3));
      const { code, results } = await rules("diff", all);
      expect([code, results.filter((line) => /^[-+]\w/.test(line)).length]).toEqual([exitCode.findings, 2]);
      const pushed = await rules("push", all);
      expect(pushed.results).toEqual([`changed    logins (${file}:1): windows begin anew`, "unchanged  1"]);
      await taken(processes, '"renewed":["logins"]');
      expect((await rules("diff", all)).code).toBe(exitCode.ok);
      for (const second of [20, 21, 22]) await event(`m${second}`, second, "login_seen");
      expect(await until(["logins 2", "logins 3"])).toEqual(["logins 2", "logins 3"]);

      await pushUnchecked({
        key: "logins",
        id: "logins",
        file: "elsewhere.yml",
        line: 7,
        text: `${logins(1)}windw: 3m\n`,
      });
      await taken(processes, "elsewhere.yml:10:1 unknown-key windw");
      const ready = await fetch(`http://127.0.0.1:${await processes[1].httpPort()}/readyz?verbose`);
      expect(await ready.text()).toMatch(/2 loaded, version \w+; .*refused/);
      expect((await rules("push", file)).code).toBe(exitCode.ok);
      await taken(processes, "again what is in force");
      await event("s1", 30, "shell_seen");
      expect(await until(["logins 2", "logins 3", "shells 1"])).toContain("shells 1");

      const listed = await rules("list", "--format", "ndjson");
      expect(listed.results.map((line) => JSON.parse(line))).toMatchObject([
        { id: "logins", kind: "rule", severity: "medium", mode: "live", file, line: 1 },
        { id: "shells" },
      ]);
      const version = /"rules_version":"(\w+)"/.exec(
        processes[0].lines.findLast((line) => line.includes("again what is in force"))!,
      )![1];
      expect(listed.notes.join()).toContain(`set version ${version}; 2 documents, pushed `);
      expect(await Promise.all(processes.map((each) => each.terminate()))).toEqual([0, 0]);
    }, 120_000);

    test("are compacted; who starts behind half a push takes the set before it, and says so", async () => {
      const topic = corral.topic("rules");
      const [status] = await log.describe([topic]);
      expect([status!.partitions, status!.config["cleanup.policy"]]).toEqual([1, "compact"]);
      await write([["half", { kind: "document", id: "half", file: "h.yml", line: 1, text: shells }]]);
      expect((await rules("list")).code).toBe(exitCode.findings);
      const process = await corral.run("correlate");
      await process.says("run `corral rules push` again");
      const ready = await fetch(`http://127.0.0.1:${await process.httpPort()}/readyz?verbose`);
      expect(await ready.text()).toMatch(/2 loaded, version \w+; .*refused/);
      expect(await process.terminate()).toBe(0);
    });

    async function pushUnchecked(change: Omit<RuleDocument, "hash">): Promise<void> {
      const codecs = await codec();
      const reader = new RulesTopic({ log, topic: corral.topic("rules"), decode: codecs.decode });
      const { documents } = await reader.read();
      const { key, ...document } = change;
      const all = new Map([...documents, [key, { ...change, hash: textHash(change.text) }]]);
      await write([
        [key, { kind: "document", ...document }],
        [setKey, setOf(all, Date.now())],
      ]);
    }

    async function write(records: readonly (readonly [string, RuleRecord])[]): Promise<void> {
      const { encode } = await codec();
      const producer = log.producer();
      const topic = corral.topic("rules");
      await producer.send(
        records.map(([key, record]) => ({ topic, partition: 0, key, value: encode(record) })),
      );
      await producer.close();
    }

    async function codec() {
      const named = Object.entries(plain).map(([name, topic]) => [name, corral.topic(topic)]);
      const subjects = Object.fromEntries(named) as typeof plain;
      return (await openCodecs({ registryUrl: registry ?? null, subjects })).rule;
    }
  });
}

async function taken(processes: readonly CorralProcess[], text: string): Promise<void> {
  await Promise.all(processes.map((each) => each.says(text)));
}
