import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { cached, java, runTool } from "./artifacts.ts";
import type { IssuedCertificate } from "./certificates.ts";
import { freePort } from "./free-port.ts";
import { firstOf, fromEnvironment, type OwnService, type Probe, type Service } from "./service.ts";
import { startContainer } from "./service-container.ts";
import { ServiceProcess, serviceFolder } from "./service-process.ts";

export interface KafkaOptions {
  /**
   * The port of a fault proxy on this machine's loopback. A broker sends its clients to the address it advertises, so
   * a proxy in front of the usual address is left after the first request. With this option the broker opens a
   * second listener, `behindProxy`, that advertises the proxy's port: who connects through the proxy stays on it,
   * and who takes `address` goes directly. `startProxiedKafka` in `fault-proxy.ts` puts the two together.
   */
  readonly advertisedPort?: number;
  /**
   * A listener for others than the suite: TLS, a login, and an authorizer that allows nothing by itself. The listener at
   * `address` stays as it is, for the suite, which may do everything. Not in a container.
   */
  readonly secured?: KafkaSecurity;
  /** Broker settings on top of ours, e.g. `{ "group.min.session.timeout.ms": "6000" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface KafkaSecurity {
  readonly server: IssuedCertificate;
  /** Passwords by user, for SCRAM-SHA-512, SCRAM-SHA-256 and PLAIN. */
  readonly users: Readonly<Record<string, string>>;
}

export interface OwnKafka extends OwnService {
  /** Where the fault proxy has to forward to; only with `advertisedPort`. */
  readonly behindProxy: string | undefined;
  /** The listener that asks who one is; only with `secured`. */
  readonly secured: string | undefined;
  /** What a user has asked for on it so far, and whether it was allowed: each once. */
  decisions(user: string): Promise<readonly Decision[]>;
}

/** One answer of the authorizer, in its own words, e.g. `READ`, `Topic`, `events.raw`. */
export interface Decision {
  readonly operation: string;
  readonly resource: string;
  readonly name: string;
  readonly allowed: boolean;
  /** How often it was asked. */
  readonly times: number;
}

/** The Kafka at `CORRAL_TEST_KAFKA` (brokers, comma-separated), else one of our own. */
export async function findKafka(): Promise<Service> {
  return (await fromEnvironment("CORRAL_TEST_KAFKA", servesGroups)) ?? startKafka();
}

/**
 * A broker of one's own to break: one node that is its own controller, no topics made by themselves, and short
 * sessions, so that it is back 2 s after it was killed.
 */
export function startKafka(options: KafkaOptions = {}): Promise<OwnKafka> {
  return firstOf("Kafka", { container: () => inContainer(options), process: () => asProcess(options) });
}

export const version = "4.3.1";

/** The listener for all, the one behind a proxy, the one for users, and the controller's. */
interface Listeners {
  readonly bind: string;
  readonly ports: { readonly open: number; readonly proxied: number; readonly controller: number };
  readonly advertised: string;
  readonly advertisedBehindProxy: string | undefined;
  readonly secured?: string;
}

function brokerSettings(listeners: Listeners, more: KafkaOptions["settings"]): Record<string, string> {
  const { bind, ports, advertised, advertisedBehindProxy, secured } = listeners;
  const open = [`PLAINTEXT://${bind}:${ports.open}`];
  const told = [`PLAINTEXT://${advertised}`];
  if (advertisedBehindProxy !== undefined) {
    open.push(`PROXIED://${bind}:${ports.proxied}`);
    told.push(`PROXIED://${advertisedBehindProxy}`);
  }
  if (secured !== undefined) {
    open.push(`SECURED://${secured}`);
    told.push(`SECURED://${secured}`);
  }
  return {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@127.0.0.1:${ports.controller}`,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map":
      "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,SECURED:SASL_SSL",
    listeners: [...open, `CONTROLLER://${bind}:${ports.controller}`].join(","),
    "advertised.listeners": told.join(","),
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "group.min.session.timeout.ms": "1000",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    ...more,
  };
}

/** What makes the listener ask for TLS and a login. Whoever comes by another one is nobody, and may do everything. */
async function securitySettings({ server, users }: KafkaSecurity): Promise<Record<string, string>> {
  const [chain, key] = await Promise.all([readFile(server.cert, "utf8"), readFile(server.key, "utf8")]);
  const of = "listener.name.secured";
  const module = "org.apache.kafka.common.security";
  const passwords = Object.entries(users).map(([user, password]) => `user_${user}="${password}"`);
  return {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS",
    [`${of}.ssl.keystore.type`]: "PEM",
    [`${of}.ssl.keystore.certificate.chain`]: chain.replaceAll("\n", "\\n"),
    [`${of}.ssl.keystore.key`]: key.replaceAll("\n", "\\n"),
    [`${of}.sasl.enabled.mechanisms`]: ["PLAIN", ...scramMechanisms].join(","),
    [`${of}.plain.sasl.jaas.config`]: `${module}.plain.PlainLoginModule required ${passwords.join(" ")};`,
    ...Object.fromEntries(
      scramMechanisms.map((mechanism) => [
        `${of}.${mechanism.toLowerCase()}.sasl.jaas.config`,
        `${module}.scram.ScramLoginModule required;`,
      ]),
    ),
  };
}

const scramMechanisms = ["SCRAM-SHA-512", "SCRAM-SHA-256"];

/** They must be there before the broker first starts. */
function scramUsers({ users }: KafkaSecurity): readonly string[] {
  return Object.entries(users).flatMap(([name, password]) =>
    scramMechanisms.flatMap((mechanism) => [
      "--add-scram",
      `${mechanism}=[name=${name},password=${password}]`,
    ]),
  );
}

async function asProcess({ advertisedPort, settings, secured }: KafkaOptions): Promise<OwnKafka> {
  const jars = await cached(`kafka-${version}`, fetchJars);
  const folder = await serviceFolder("kafka");
  const [open, proxied, controller] = [await freePort(), await freePort(), await freePort()];
  const address = `127.0.0.1:${open}`;
  const listeners: Listeners = {
    bind: "127.0.0.1",
    ports: { open, proxied, controller },
    advertised: address,
    advertisedBehindProxy: advertisedPort === undefined ? undefined : `127.0.0.1:${advertisedPort}`,
    ...(secured === undefined ? {} : { secured: `127.0.0.1:${await freePort()}` }),
  };
  const properties = Object.entries({
    "log.dirs": join(folder, "data"),
    ...(secured === undefined ? {} : await securitySettings(secured)),
    ...brokerSettings(listeners, settings),
  });
  const propertiesFile = join(folder, "server.properties");
  await writeFile(propertiesFile, properties.map(([key, value]) => `${key}=${value}\n`).join(""));
  await writeFile(join(folder, "log4j2.xml"), quietLog);

  const jvm = [
    "-XX:+UseSerialGC",
    "-Djava.awt.headless=true",
    `-Dlog4j2.configurationFile=${join(folder, "log4j2.xml")}`,
    ...["-cp", join(jars, "*")],
  ];
  const cluster = "Y29ycmFsLXRlc3QtY2x1cw";
  const format = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", propertiesFile];
  const users = secured === undefined ? [] : scramUsers(secured);
  await runTool(java(), ["-Xmx128m", "-XX:TieredStopAtLevel=1", ...jvm, ...format, ...users]);
  const service = await ServiceProcess.start({
    name: "Kafka",
    address,
    folder,
    command: java(),
    args: ["-Xmx512m", ...jvm, "kafka.Kafka", propertiesFile],
    probe: servesGroups(address),
  });
  return withListeners(service, {
    behindProxy: advertisedPort === undefined ? undefined : `127.0.0.1:${proxied}`,
    secured: listeners.secured,
    log: () => readFile(join(folder, "service.log"), "utf8"),
  });
}

async function inContainer({
  advertisedPort,
  settings,
  secured,
}: KafkaOptions): Promise<OwnKafka | undefined> {
  // The image formats its storage by itself, without users.
  if (secured !== undefined) return undefined;
  const inside = { open: 9092, proxied: 9094, controller: 9093 };
  let behindProxy: string | undefined;
  const service = await startContainer({
    name: "Kafka",
    image: `apache/kafka:${version}`,
    ports: advertisedPort === undefined ? [inside.open] : [inside.open, inside.proxied],
    readyLog: /Kafka Server started/,
    configure: ({ host, ports: [open, proxied] }) => {
      const address = `${host}:${open}`;
      if (advertisedPort !== undefined) behindProxy = `${host}:${proxied}`;
      const listeners: Listeners = {
        bind: "",
        ports: inside,
        advertised: address,
        advertisedBehindProxy: advertisedPort === undefined ? undefined : `127.0.0.1:${advertisedPort}`,
      };
      const all = { "log.dirs": "/tmp/kraft-combined-logs", ...brokerSettings(listeners, settings) };
      return { address, environment: asEnvironment(all) };
    },
    probe: servesGroups,
  });
  return service && withListeners(service, { behindProxy, secured: undefined, log: async () => "" });
}

interface MoreListeners {
  readonly behindProxy: string | undefined;
  readonly secured: string | undefined;
  readonly log: () => Promise<string>;
}

function withListeners(service: OwnService, { behindProxy, secured, log }: MoreListeners): OwnKafka {
  return {
    address: service.address,
    origin: service.origin,
    behindProxy,
    secured,
    decisions: async (user) => decisionsIn(await log(), user),
    kill: () => service.kill(),
    restart: () => service.restart(),
    pause: () => service.pause(),
    resume: () => service.resume(),
    stop: () => service.stop(),
  };
}

const decision =
  /Principal = User:(\S+) is (Allowed|Denied) operation = (\w+) from host = \S+ on resource = (\w+):LITERAL:(\S+) for/g;

function decisionsIn(log: string, wanted: string): readonly Decision[] {
  const found = new Map<string, Decision>();
  for (const [, user, verdict, operation, resource, name] of log.matchAll(decision)) {
    if (user !== wanted) continue;
    const key = `${verdict} ${operation} ${resource} ${name}`;
    const times = (found.get(key)?.times ?? 0) + 1;
    const allowed = verdict === "Allowed";
    found.set(key, { operation: operation!, resource: resource!, name: name!, allowed, times });
  }
  return [...found.values()];
}

/** The image takes the setting `a.b-c` from the variable `KAFKA_A_B___C`. */
function asEnvironment(settings: Record<string, string>): Record<string, string> {
  const name = (key: string) =>
    `KAFKA_${key.replaceAll("_", "__").replaceAll("-", "___").replaceAll(".", "_").toUpperCase()}`;
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [name(key), value]));
}

/** The broker with all it needs at run time, and the binding that makes its log readable. */
async function fetchJars(folder: string): Promise<void> {
  const pom = join(folder, "pom.xml");
  await writeFile(pom, project);
  const target = [`-DoutputDirectory=${folder}`, "-DincludeScope=runtime"];
  await runTool("mvn", ["-q", "-B", "-f", pom, "dependency:copy-dependencies", ...target]);
}

const project = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>corral</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency>
<dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.25.4</version></dependency>
</dependencies></project>
`;

const quietLog = `<Configuration status="OFF"><Appenders>
<Console name="out"><PatternLayout pattern="[%d] %p %m (%c)%n"/></Console>
</Appenders><Loggers><Logger name="kafka.authorizer.logger" level="DEBUG"/>
<Root level="WARN"><AppenderRef ref="out"/></Root></Loggers></Configuration>
`;

/** True once the broker serves consumer groups, too: the first one makes it create the topic of the offsets. */
function servesGroups(brokers: string): Probe {
  return async () => {
    const admin = new Kafka({
      clientId: "corral-probe",
      brokers: brokers.split(","),
      logLevel: logLevel.NOTHING,
      connectionTimeout: 1_000,
      requestTimeout: 2_000,
      retry: { retries: 0 },
    }).admin();
    try {
      await admin.connect();
      // Lists the brokers, which the client has to know before it can look for a coordinator.
      await admin.listGroups();
      await admin.fetchOffsets({ groupId: "corral-probe" });
      return true;
    } finally {
      await admin.disconnect();
    }
  };
}
