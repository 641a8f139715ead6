/**
 * Every role and command under a user of its own that has what docs/security.md lists and nothing else, on a Kafka that
 * asks for TLS and a login (SCRAM) and a Redis that asks for TLS and an ACL user. What was needed and used is taken from
 * the broker's authorizer, so that the list can be neither too short nor too long.
 */
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLog, topicNames } from "../../src/app/ports.ts";
import { type Actor, needs } from "../../src/app/rights.ts";
import { runCorral } from "../../src/app/run-corral.ts";
import { groupName } from "../../src/config/group-name.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import type { Right } from "../../src/transport/log.ts";
import { rightsText } from "../../src/transport/rights-text.ts";
import { corral as command } from "../cli/support.ts";
import { startRecording, until } from "../contracts/recording-member.ts";
import { CorralProcess } from "./support/corral-process.ts";
import { recordClients } from "./support/record-clients.ts";
import { passwords, SecuredServices, userOf } from "./support/secured-services.ts";

const rulesText = `
id: many_failures
window: 10s
conditions: [{ type: event_count, where: { type: failure }, threshold: 3 }]
actions: [{ type: isolate_container }]
---
id: spreading
window: 10m
group_by: namespace
conditions: [{ type: unique_count, field: container_id, where: { type: alert.many_failures }, threshold: 9 }]
`;

const secured = new SecuredServices({
  // So that everything that a role may do comes to pass within seconds.
  CORRAL_IDLE_TIMEOUT: "1s",
  CORRAL_SILENCE_TIMEOUT: "10s",
  CORRAL_RULES_TOPIC: "true",
  CORRAL_RULES_RELOAD: "200ms",
});

const { folder } = secured;
const socket = join(folder.path, "docker.sock");
const ruleFile = folder.file("rule.yml", rulesText);
const list = folder.file("list.txt", "bad.example\n");
const entries = folder.file("a.yml", "- { container_id: c0ffee00c0ff, image: shop/web, pod: web-0 }\n");

type Role = "enrich" | "correlate";
type Command = Exclude<Actor, Role>;
const roles: readonly Role[] = ["enrich", "correlate"];

/** Every command, in such an order that there is something to read for those that read. */
const commands: readonly (readonly [Command, readonly string[]])[] = [
  ["topics create", ["topics", "create", "--partitions", "2"]],
  ["topics status", ["topics", "status"]],
  ["rules push", ["rules", "push", ruleFile]],
  ["rules list, diff", ["rules", "list"]],
  ["inventory load", ["inventory", "load", entries]],
  ["inventory kubernetes, docker", ["inventory", "docker", "--once", "--socket", socket]],
  ["indicators sync", ["indicators", "sync", "--once"]],
  ["indicators check, stats", ["indicators", "stats"]],
];
const readers: typeof commands = [
  ["alerts", ["alerts"]],
  ["rules shadow", ["rules", "shadow"]],
  ["replay --topic events.raw", ["replay", "--topic", "events.raw", "--rules", ruleFile]],
  ["replay --topic events.enriched", ["replay", "--topic", "events.enriched", "--rules", ruleFile]],
  ["dead-letter list, show", ["dead-letter", "list"]],
  ["dead-letter replay", ["dead-letter", "replay", "--all"]],
];

/** These go on: the one until it is told to end, the other as long as alerts are missing. */
const endless: typeof commands = [
  ["inventory kubernetes, docker --events", ["inventory", "docker", "--events", "--socket", socket]],
  ["demo --live", ["demo", "--live", "--timeout", "10m", "--rules", "rules"]],
];

let docker: Server;

beforeAll(async () => {
  await secured.start();
  docker = createServer((request, response) => {
    const path = new URL(request.url!, "http://docker").pathname;
    const answer = { "/info": { Name: "host" }, "/containers/json": [{ Id: containerId }] }[path];
    if (path === "/events")
      response.write(`${JSON.stringify({ Action: "start", Actor: { ID: containerId } })}\n`);
    else if (path.startsWith("/images/")) response.end(JSON.stringify({ RepoDigests: [] }));
    else response.end(JSON.stringify(answer ?? { ...container, Id: containerId }));
  });
  await new Promise<void>((resolve) => docker.listen(socket, resolve));
}, 240_000);

afterAll(async () => {
  docker?.closeAllConnections();
  docker?.close();
  await secured.stop();
});

/** Each look finds another container, so that there is something to write. */
let containerId = "a".repeat(64);
const container = {
  Name: "/web",
  Image: "sha256:config",
  Config: { Image: "shop/web:1", Labels: {} },
  State: {
    Status: "running",
    Running: true,
    StartedAt: "2026-01-05T10:00:00Z",
    FinishedAt: "0001-01-01T00:00:00Z",
  },
  RestartCount: 0,
  NetworkSettings: { Networks: {} },
};

function call(actor: Command, words: readonly string[]) {
  const feeds = [{ name: "ours", path: list, format: "plain_list" }];
  const file = secured.configFile(actor, { indicators: { feeds }, rules_topic: true });
  return command(...words, "--config", file);
}

interface Asked {
  readonly used: ReadonlySet<string>;
  readonly denied: readonly string[];
}

/** What the broker was asked for in the name of an actor, as `READ Topic events.raw`. */
async function asked(actor: Actor): Promise<Asked> {
  const decisions = (await secured.kafka.decisions(userOf(actor))).map(
    ({ operation, resource, name, allowed }) => ({ text: `${operation} ${resource} ${name}`, allowed }),
  );
  return {
    used: new Set(decisions.filter(({ allowed }) => allowed).map(({ text }) => text)),
    denied: decisions.filter(({ allowed }) => !allowed).map(({ text }) => text),
  };
}

/** In the authorizer's words. */
function asText({ operation, resource, name }: Right): string {
  return `${operation.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()} ${resource} ${name}`;
}

/** Read and Write include Describe. */
function withDescribe(rights: readonly Right[]): ReadonlySet<string> {
  const implied = rights.filter(({ operation }) => operation === "Read" || operation === "Write");
  return new Set(
    [...rights, ...implied.map((right) => ({ ...right, operation: "Describe" as const }))].map(asText),
  );
}

/** Used all that is listed and nothing else, and was denied nothing. */
function expectExact({ used, denied }: Asked, rights: readonly Right[]): void {
  expect(denied).toEqual([]);
  expect(used).toEqual(new Set([...used, ...rights.map(asText)]));
  expect(withDescribe(rights)).toEqual(new Set([...withDescribe(rights), ...used]));
}

describe("the users of commands", () => {
  test("topics create names the right that is missing for a topic, and makes those before it", async () => {
    const actor = "topics create";
    const rights = secured.rights(actor);
    const words = commands[0]![1];
    await secured.acls.grant(userOf(actor), rights);
    for (const missing of [rights[0]!, rights[1]!, rights.at(-2)!, rights.at(-1)!]) {
      await secured.acls.revoke(userOf(actor), [missing]);
      const { code, notes } = await call(actor, words);
      expect({ code, notes }).toEqual({ code: 3, notes: [expect.stringContaining(rightsText([missing]))] });
      await secured.acls.grant(userOf(actor), [missing]);
    }
    expect((await call(actor, words)).code).toBe(0);
  });

  test.each(commands.slice(1))("%s works with what is listed, and asks for nothing else", worksWithItsRights);
});

async function worksWithItsRights(actor: Command, words: readonly string[]): Promise<void> {
  const rights = secured.rights(actor);
  await secured.acls.grant(userOf(actor), rights);
  containerId = randomBytes(32).toString("hex");
  // What it wrote before is compared with what there is.
  if (actor === "indicators sync") await call(actor, words);
  const { code, notes } = await call(actor, words);
  expect({ notes, code }).toMatchObject({ code: 0 });
  expectExact(await asked(actor), rights);
}

describe("the users of roles", () => {
  const running = new Map<Role, CorralProcess>();
  const failures = (name: string) =>
    [0, 1, 2].map((index) => ({
      key: name,
      value: JSON.stringify({
        id: `${name}-${index}`,
        timestamp: Date.now(),
        type: "failure",
        container_id: name,
        enrichment: { namespace: "shop" },
      }),
    }));

  async function run(role: Role): Promise<CorralProcess> {
    const started = secured.corral.start(role, secured.environment(role));
    running.set(role, started);
    await started.ready();
    return started;
  }

  async function alertOf(name: string): Promise<void> {
    await secured.corral.until(
      () => secured.corral.alerts(),
      (alerts) => alerts.some(({ group }) => group.container === name),
      `the alert of ${name}`,
    );
  }

  beforeAll(async () => {
    for (const role of roles) await secured.acls.grant(userOf(role), secured.rights(role));
  });

  test("find an attack, lose their state and fill it again, with what is listed and nothing else", async () => {
    const { corral } = secured;
    for (const role of roles) await run(role);
    await corral.produce([
      ...failures("c1"),
      { value: "no event" },
      { value: JSON.stringify(started()) },
      { value: JSON.stringify(exec()) },
    ]);
    await corral.produce([{ key: "container=x", value: "nonsense" }], "events.enriched");
    await alertOf("c1");

    // Somebody else's session: a table that is read only where there is something in it.
    expect(await running.get("correlate")!.terminate()).toBe(0);
    await secured.emptyRedis();
    await run("correlate");
    await says(running.get("correlate")!, "the state was lost");

    for (const role of roles) {
      const rights = secured.rights(role);
      await corral.until(
        () => asked(role),
        ({ used }) => rights.every((right) => used.has(asText(right))),
        `${role} to use all its rights`,
      );
      expectExact(await asked(role), rights);
    }
  });

  test("are held to their rights while they run: they say what is missing, seldom, and go on", async () => {
    const { acls } = secured;
    const correlate = running.get("correlate")!;
    const write = secured
      .rights("correlate")
      .find(({ operation, name }) => isOn(operation, name, "Write", "alerts"))!;
    await acls.revoke(userOf("correlate"), [write]);
    await secured.corral.produce(failures("c2"));
    await says(correlate, `Kafka must allow ${rightsText([write])}`);
    const enrich = running.get("enrich")!;
    const read = secured
      .rights("enrich")
      .find(({ operation, name }) => isOn(operation, name, "Read", "events.raw"))!;
    await acls.revoke(userOf("enrich"), [read]);
    await says(enrich, `Kafka must allow ${rightsText([read])}`);
    const group = secured.rights("correlate").find(({ resource }) => resource === "Group")!;
    await acls.revoke(userOf("correlate"), [group]);
    await says(correlate, rightsText([group]));

    const before = await denials();
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    // Each of them asks every ten seconds or less often, in a few requests; heartbeats and commits end at once.
    expect((await denials()) - before).toBeLessThan(40);

    await acls.grant(userOf("correlate"), [write, group]);
    await acls.grant(userOf("enrich"), [read]);
    await secured.corral.produce(failures("c3"));
    await alertOf("c2");
    await alertOf("c3");
  });

  test("end in order, and have said no password", async () => {
    for (const process of running.values()) {
      expect(await process.terminate()).toBe(0);
      for (const password of passwords()) expect(process.lines.join("\n")).not.toContain(password);
    }
  });

  async function says(process: CorralProcess, text: string): Promise<void> {
    await secured.corral.until(
      async () => process.lines.some((line) => line.includes(text)),
      (said) => said,
      `"${text}"`,
    );
  }

  async function denials(): Promise<number> {
    const decisions = await Promise.all(roles.map((role) => secured.kafka.decisions(userOf(role))));
    return decisions.flat().reduce((sum, { allowed, times }) => sum + (allowed ? 0 : times), 0);
  }

  function isOn(operation: string, name: string, wanted: string, topic: string): boolean {
    return operation === wanted && name === secured.corral.topic(topic);
  }
});

describe("the users of other commands", () => {
  test.each(readers)("%s works with what is listed, and asks for nothing else", worksWithItsRights);

  test.each(endless)("%s works with what is listed, and asks for nothing else", async (actor, words) => {
    const rights = secured.rights(actor);
    await secured.acls.grant(userOf(actor), rights);
    const alerts = (await secured.corral.read("alerts")).map(({ value }) => ({ value: value! }));
    const going = new CorralProcess(words, secured.environment(actor));
    await secured.corral.until(
      async () => {
        // Only new ones are read by who waits for alerts.
        await secured.corral.produce(alerts.slice(0, 1), "alerts");
        return asked(actor);
      },
      ({ used }) => rights.every((right) => used.has(asText(right))),
      `${actor} to use all its rights`,
    );
    await going.kill();
    expectExact(await asked(actor), rights);
  });

  test("are all that the table of rights knows", () => {
    expect(new Set([...roles, ...[...commands, ...readers, ...endless].map(([actor]) => actor)])).toEqual(
      new Set(Object.keys(needs)),
    );
  });
});

describe("a right that is taken away", () => {
  test.each(roles)(
    "of %s ends its start with a message that names it",
    async (role) => {
      const config = secured.config(role);
      for (const missing of secured.rights(role)) {
        await secured.acls.revoke(userOf(role), [missing]);
        const stop = AbortSignal.timeout(30_000);
        const logger = createLogger({ level: "silent", role });
        const ended = runCorral({ config: { ...config, role: [role] }, logger, signal: stop });
        await expect(ended).rejects.toMatchObject({
          name: "AccessRefused",
          message: expect.stringContaining(`denied are ${rightsText([missing])}`),
        });
        await secured.acls.grant(userOf(role), [missing]);
      }
    },
    240_000,
  );

  test.each([...commands.slice(1), ...readers, ...endless])(
    "of %s ends it with exit code 3 and a message that names it",
    async (actor, words) => {
      const rights = secured.rights(actor);
      // Of the two that need the same of every topic the first and the last.
      for (const missing of actor === "topics status"
        ? [...rights.slice(0, 2), ...rights.slice(-2)]
        : rights) {
        await secured.acls.revoke(userOf(actor), [missing]);
        const { code, notes } = await call(actor, words);
        expect({ code, notes }).toEqual({ code: 3, notes: [expect.stringContaining(rightsText([missing]))] });
        await secured.acls.grant(userOf(actor), [missing]);
      }
    },
    240_000,
  );
});

const loginMechanisms = ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] as const;

test.each(loginMechanisms)("a login by %s is let in", async (mechanism) => {
  const { kafka } = secured.config("alerts");
  const sasl = { ...kafka.sasl, mechanism };
  const file = secured.configFile("alerts", { kafka: { ...fileOf(kafka), sasl } });
  expect((await command("alerts", "--config", file)).code).toBe(0);
});

test.each(
  recordClients.flatMap((client) => loginMechanisms.map((mechanism) => [client, mechanism] as const)),
)("records go by %s with a login by %s", async (client, mechanism) => {
  const config = secured.config("enrich");
  const sasl = { ...config.kafka.sasl, mechanism };
  const log = openLog({ ...config, kafka: { ...config.kafka, client, sasl } }, null);
  const topics = topicNames(config);
  const producer = log.producer();
  await producer.send([{ topic: topics.enriched, key: null, value: null }]);
  await producer.close();
  const reader = await startRecording(log, { group: groupName(config, "enrich"), topic: topics.raw });
  await until(() => reader.assignments.length === 1);
  await reader.member.stop();
  await log.close();
});

function fileOf({ brokers, tls }: ReturnType<typeof secured.config>["kafka"]): object {
  return { brokers, tls: { enabled: true, ca: tls.ca } };
}

describe("a start that is not let in ends by itself", () => {
  const mistakes: readonly (readonly [string, () => Readonly<Record<string, string>>, number, RegExp])[] = [
    [
      "with a wrong password for Kafka",
      () => ({ CORRAL_KAFKA_SASL_PASSWORD: "geheim", CORRAL_KAFKA_SASL_PASSWORD_FILE: "" }),
      3,
      /^Cannot reach Kafka: Kafka must accept the login \(kafka\.sasl\): .*invalid credentials/,
    ],
    [
      "without a login for Kafka",
      () => ({ CORRAL_KAFKA_SASL_USERNAME: "", CORRAL_KAFKA_SASL_PASSWORD_FILE: "" }),
      4,
      /^Cannot reach Kafka: Kafka must answer: .*hangs up: kafka\.tls, kafka\.sasl/,
    ],
    [
      "with a certificate of Kafka that nobody vouches for",
      () => ({ CORRAL_KAFKA_TLS_CA: "" }),
      3,
      /^Cannot reach Kafka: Kafka's certificate must be vouched for \(kafka\.tls\.ca/,
    ],
    [
      "with a certificate of Kafka that is another's",
      () => ({ CORRAL_KAFKA_TLS_SERVER_NAME: "kafka.example" }),
      3,
      /^Cannot reach Kafka: Kafka's certificate must be vouched for .*kafka\.example/,
    ],
    [
      "without TLS to a port of Kafka that speaks it",
      () => ({ CORRAL_KAFKA_TLS_ENABLED: "false", CORRAL_KAFKA_TLS_CA: "" }),
      4,
      /^Cannot reach Kafka: Kafka must answer: .*hangs up: kafka\.tls/,
    ],
    [
      "with TLS to a port of Kafka that does not speak it",
      () => ({ CORRAL_KAFKA_BROKERS: secured.kafka.address }),
      4,
      /^Cannot reach Kafka: Kafka must answer: /,
    ],
    [
      "with a wrong password for Redis",
      () => ({ CORRAL_REDIS_PASSWORD: "geheim", CORRAL_REDIS_PASSWORD_FILE: "" }),
      3,
      /^Cannot check Redis: .*must accept the login .*WRONGPASS/,
    ],
    [
      "with a certificate of Redis that nobody vouches for",
      () => ({ CORRAL_REDIS_TLS_CA: "" }),
      3,
      /^Cannot check Redis: .*vouched for \(redis\.tls\.ca/,
    ],
    [
      "without TLS to a port of Redis that speaks it",
      () => ({
        CORRAL_REDIS_URL: secured.redis.secured!.replace("rediss:", "redis:"),
        CORRAL_REDIS_TLS_CA: "",
      }),
      4,
      /^Cannot check Redis: .*rediss:\/\/ asks for it/,
    ],
  ];

  test.each(mistakes)("%s", async (_, change, code, message) => {
    const ended = secured.corral.start("correlate", { ...secured.environment("correlate"), ...change() });
    expect(await ended.exited()).toBe(code);
    // Beside the log, whose lines are JSON, there is one line: why.
    const said = ended.lines.filter(
      (line) => !line.startsWith("{") && !/Warning|warning|^Timeout/.test(line),
    );
    expect(said).toEqual([expect.stringMatching(message)]);
    expect(ended.lines.join()).not.toContain("geheim");
  });

  test("on a Redis that evicts, though the user may not run CONFIG", async () => {
    await secured.setRedis("maxmemory-policy", "allkeys-lru");
    const ended = secured.corral.start("correlate", secured.environment("correlate"));
    expect(await ended.exited()).toBe(3);
    expect(ended.lines.at(-1)).toMatch(/maxmemory-policy must be noeviction.*current value is allkeys-lru/);
    await secured.setRedis("maxmemory-policy", "noeviction");
  });

  test("but one on a Redis that keeps nothing on disk warns and goes on", async () => {
    await secured.setRedis("appendonly", "no");
    const begun = secured.corral.start("correlate", secured.environment("correlate"));
    await begun.ready();
    expect(begun.lines.filter((line) => /"level":"warn".*appendonly should be yes/.test(line))).toHaveLength(
      1,
    );
    expect(await begun.terminate()).toBe(0);
    await secured.setRedis("appendonly", "yes");
  });
});

function started(): object {
  const enrichment = { namespace: "shop", pod: "web-0" };
  return { timestamp: Date.now(), type: "container_start", container_id: "c0ffee00c0ff", enrichment };
}

/** An audit event of the API server, from which a session is learnt. */
function exec(): object {
  return {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "Metadata",
    auditID: "audit-1",
    stage: "ResponseStarted",
    verb: "create",
    requestURI: "/api/v1/namespaces/shop/pods/web-0/exec?command=sh&container=app",
    user: { username: "ann" },
    objectRef: { resource: "pods", subresource: "exec", namespace: "shop", name: "web-0" },
    responseStatus: { code: 101 },
    requestReceivedTimestamp: new Date().toISOString(),
    stageTimestamp: new Date().toISOString(),
  };
}
