import { SchemaRegistry } from "@kafkajs/confluent-schema-registry";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Alert } from "../../src/alerts/alert.ts";
import { freePort } from "../services/free-port.ts";
import { confluentApi } from "../services/registry.ts";
import { say } from "../services/service.ts";
import { docker, runtimeAnswers } from "./support/docker.ts";
import { ensureRegistryImage } from "./support/registry-stand-in.ts";

const answers = await runtimeAnswers();
if (!answers) say("SKIPPED the compose suite: no container runtime with Compose v2 answers");
if (!answers && process.env.CORRAL_REQUIRE_SERVICES === "1") {
  throw new Error("Cannot test docker-compose.yml: a container runtime with Compose v2 must answer");
}

describe.skipIf(!answers)("docker-compose.yml", () => {
  const project = `corral-test-${process.pid}`;
  let ports: Record<string, string> = {};
  const compose = (...words: string[]) => docker(["compose", "-p", project, ...words], ports);

  beforeAll(async () => {
    const [kafka, registry] = [await freePort(), await freePort()];
    ports = { CORRAL_KAFKA_PORT: String(kafka), CORRAL_REGISTRY_PORT: String(registry) };
    await ensureRegistryImage("apicurio/apicurio-registry:3.0.9");
    await compose("up", "--build", "--wait", "--wait-timeout", "300");
  });
  afterAll(async () => {
    await compose("--profile", "examples", "down", "-v", "--timeout", "5").catch((error: unknown) =>
      say(String(error)),
    );
  });

  test("has made the topics, and every role is ready", async () => {
    expect(await compose("logs", "--no-log-prefix", "topics")).toContain(
      "events.raw  created with 6 partitions",
    );
    for (const role of ["enrich", "correlate"]) {
      const ready = await compose("exec", "-T", role, "node", "-e", readyz);
      expect(ready).toMatch(/\[\+\]kafka/);
      expect(ready).toMatch(/\[\+\]registry/);
      expect(ready).not.toContain("[-]");
    }
  });

  test("runs without root on a root that cannot be written", async () => {
    const [id] = (await compose("ps", "-q", "correlate")).trim().split("\n");
    expect((await docker(["exec", id!, "id", "-u"])).trim()).toBe("1000");
    await expect(docker(["exec", id!, "touch", "/corral/x"])).rejects.toThrow(/Read-only file system/);
  });

  test("raises the alert of a planted escape, with three correlators", async () => {
    await compose("up", "-d", "--no-recreate", "--wait", "--scale", "correlate=3");
    const kafka = new Kafka({
      brokers: [`localhost:${ports.CORRAL_KAFKA_PORT}`],
      logLevel: logLevel.NOTHING,
    });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const types = ["privilege_escalation", "sensitive_file_access", "capability_added", "namespace_change"];
    const now = Date.now();
    await producer.send({
      topic: "events.raw",
      messages: types.map((type, index) => ({
        value: JSON.stringify({ timestamp: now - 4_000 + index * 1_000, type, container_id: "c0ffee00c0ff" }),
      })),
    });
    await producer.disconnect();

    const registry = new SchemaRegistry({
      host: confluentApi(`http://localhost:${ports.CORRAL_REGISTRY_PORT}`),
    });
    const alert = await firstAlert(kafka, async (value) => (await registry.decode(value)) as Alert);
    expect(alert).toMatchObject({
      status: "open",
      severity: "critical",
      group: { container: "c0ffee00c0ff" },
    });
    expect(alert.rule.id).toBe("container_escape_attempt");
    const shown = await compose("run", "--rm", "-T", "--no-deps", "correlate", "alerts");
    expect(shown).toContain("critical container_escape_attempt");
  });

  test("plays the demo's story through the installation", async () => {
    const told = await compose("--profile", "examples", "run", "--rm", "-T", "demo");
    expect(told).toContain("Container Escape Attempt");
  });

  test("stops a correlator cleanly within its grace period", async () => {
    const [id] = (await compose("ps", "-q", "correlate")).trim().split("\n");
    await docker(["stop", id!]);
    expect((await docker(["inspect", "-f", "{{.State.ExitCode}}", id!])).trim()).toBe("0");
  });
});

const readyz = 'fetch("http://127.0.0.1:8080/readyz?verbose").then((r) => r.text()).then(console.log)';

/** The first record of the alerts topic, read by a consumer that knows nothing of the product. */
async function firstAlert(kafka: Kafka, decode: (value: Buffer) => Promise<Alert>): Promise<Alert> {
  const consumer = kafka.consumer({ groupId: "compose-test" });
  await consumer.connect();
  await consumer.subscribe({ topic: "alerts", fromBeginning: true });
  const value = await new Promise<Buffer>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message }) => {
          if (message.value !== null) resolve(message.value);
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return decode(value);
}
