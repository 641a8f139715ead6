import { describe, expect, it } from "vitest";
import type { SecurityEvent } from "../../../src/events/security-event.ts";
import { formatsOf } from "../../../src/sources/formats.ts";
import { loadMappings } from "../../../src/sources/mapping/load-mappings.ts";
import { recognised } from "../../../src/sources/read-record.ts";
import { bytes, noAvro, read, readOne, readRecord } from "../support.ts";

const formats = formatsOf(loadMappings());

/** Which envelopes were opened around each event. */
const envelopesOf = (value: unknown, headers: Record<string, string> = {}) =>
  recognised(JSON.parse(JSON.stringify(value)), { value: null, headers, origin: null }, formats).map(
    ({ envelopes, source }) => [...envelopes, source].join(" > "),
  );
const readWith = (headers: Record<string, string>, value: unknown) =>
  readRecord({ value: bytes(value), headers, origin: null }, noAvro) as readonly SecurityEvent[];

const container = "9bd4ecf1a2c3".padEnd(64, "0");
const at = "2026-01-05T10:00:00.123Z";
const time = Date.parse(at);
const falco = {
  rule: "Terminal shell in container",
  time: at,
  priority: "Notice",
  output: "A shell",
  source: "syscall",
  output_fields: { "container.id": "host" },
};
const audit = {
  auditID: "a-1",
  stage: "ResponseComplete",
  verb: "delete",
  user: { username: "ann" },
  objectRef: { resource: "pods", namespace: "shop", name: "web-1" },
  requestReceivedTimestamp: at,
};
const native = { id: "n-1", type: "shell", timestamp: at };
const text = JSON.stringify;

const fluentBit = {
  "@timestamp": time / 1_000,
  stream: "stdout",
  log: "hello\n",
  kubernetes: {
    pod_name: "web-1",
    namespace_name: "shop",
    host: "n1",
    container_name: "app",
    docker_id: container,
    container_image: "nginx:1.27",
    labels: { app: "web" },
  },
};
const vector = {
  file: "/var/log/pods/x/0.log",
  message: "hello",
  stream: "stdout",
  timestamp: at,
  source_type: "kubernetes_logs",
  kubernetes: {
    pod_name: "web-1",
    pod_namespace: "shop",
    pod_node_name: "n1",
    container_name: "app",
    container_id: `docker://${container}`,
    container_image: "nginx:1.27",
  },
};
const filebeat = {
  "@timestamp": at,
  message: "hello",
  agent: { type: "filebeat", version: "9.0.0" },
  ecs: { version: "8.0.0" },
  host: { name: "n1" },
  container: { id: container, image: { name: "nginx:1.27" }, runtime: "containerd" },
  kubernetes: {
    namespace: "shop",
    pod: { name: "web-1", uid: "p-1" },
    node: { name: "n1" },
    container: { name: "app" },
    deployment: { name: "web" },
  },
  orchestrator: { cluster: { name: "prod" } },
};
const place = { namespace: "shop", pod: "web-1", node: "n1", container_name: "app", image: "nginx:1.27" };
const deployed = { ...place, cluster: "prod", workload: "web", workload_kind: "Deployment" };

const attributes = (map: Record<string, string>) =>
  Object.entries(map).map(([key, stringValue]) => ({ key, value: { stringValue } }));
const pod = attributes({
  "k8s.namespace.name": "shop",
  "k8s.pod.name": "web-1",
  "k8s.node.name": "n1",
  "k8s.container.name": "app",
  "k8s.deployment.name": "web",
  "k8s.cluster.name": "prod",
  "container.id": container,
  "container.image.name": "nginx",
  "container.image.tag": "1.27",
});
const logRecord = (body: unknown, more: object = {}) => ({
  timeUnixNano: "1767607200123999999",
  body,
  ...more,
});
const otlp = (...logRecords: unknown[]) => ({
  resourceLogs: [{ resource: { attributes: pod }, scopeLogs: [{ scope: { name: "s" }, logRecords }] }],
});

describe("Envelopes of shippers", () => {
  const shippers: readonly [name: string, withLine: (line: unknown) => object, context: object][] = [
    ["fluent-bit", (log) => ({ ...fluentBit, log }), place],
    ["vector", (message) => ({ ...vector, message }), place],
    ["filebeat", (message) => ({ ...filebeat, message }), deployed],
    ["otlp-logs", (stringValue) => otlp(logRecord({ stringValue })), deployed],
  ];

  describe.each(shippers)("%s", (name, withLine, context) => {
    it("takes JSON of an application for its own words", () => {
      const event = readOne(withLine(`${text(native)}\n`));
      expect(event).toMatchObject({ id: "n-1", type: "shell", source: "native", timestamp: time });
      expect(event).toMatchObject({ container_id: container, enrichment: context });
      expect(envelopesOf(withLine(text(native)))).toEqual([`${name} > native`]);
    });

    it("takes a sensor's record for what it saw, not for where the sensor runs", () => {
      const event = readOne(withLine(text(falco)));
      expect(event).toMatchObject({ source: "falco:syscall", container_id: null });
      expect(event.enrichment).toMatchObject({ node: "n1" });
      const { node: _, cluster: __, ...rest } = event.enrichment;
      expect(rest).toEqual({});
      const own = { "container.id": "c0ffee00c0ff", "k8s.pod.name": "db-0", "k8s.ns.name": "data" };
      const seen = readOne(withLine(text({ ...falco, output_fields: own })));
      expect(seen).toMatchObject({
        container_id: "c0ffee00c0ff",
        enrichment: { pod: "db-0", namespace: "data" },
      });
      expect(seen.enrichment).not.toHaveProperty("image");
    });

    it("takes an audit event for one of the whole cluster", () => {
      const event = readOne(withLine(text(audit)));
      expect(event).toMatchObject({ type: "pod_deleted", source: "k8s_audit", container_id: null });
      expect(event.enrichment).not.toHaveProperty("node");
    });

    it("keeps a line that nobody knows, when and where it was written", () => {
      expect(readOne(withLine("disk full\r\n"))).toMatchObject({
        type: expect.stringMatching(/^unmapped\./),
        timestamp: time,
        container_id: container,
        details: { message: "disk full" },
        enrichment: context,
      });
      expect(readOne(withLine("{ not json")).details.message).toBe("{ not json");
    });
  });

  it("keep what else was said of a line that nobody knows", () => {
    expect(readOne(fluentBit).details).toMatchObject({
      stream: "stdout",
      kubernetes: { labels: { app: "web" } },
    });
    expect(readOne(otlp(logRecord({ stringValue: "x" }, { severityText: "WARN" }))).details).toEqual({
      message: "x",
      severity: "WARN",
    });
  });

  it("take a line that Fluent Bit parsed, and its times in all spellings", () => {
    expect(readOne({ ...fluentBit, log: falco }).source).toBe("falco:syscall");
    const { "@timestamp": _, ...bare } = fluentBit;
    for (const dated of [
      { "@timestamp": at },
      { date: time / 1_000 },
      { time: at },
      { "@timestamp": time / 1_000 },
    ]) {
      expect(readOne({ ...bare, ...dated }).timestamp).toBe(time);
    }
    const offset = { message: text(native), log: { offset: 7 }, kubernetes: { pod_name: "p" } };
    expect(readOne(offset)).toMatchObject({ id: "n-1", enrichment: { pod: "p" } });
    expect(readOne({ message: "m", kubernetes: { pod_name: "p" }, time: at }).enrichment).toEqual({
      pod: "p",
    });
    expect(readOne({ log: "m", date: time / 1_000 })).toMatchObject({
      timestamp: time,
      details: { message: "m" },
    });
  });

  it("take off what the container runtime writes before a line", () => {
    const log = `2026-01-05T10:00:00.123456789Z stdout F ${text(native)}`;
    expect(readOne({ ...fluentBit, log }).id).toBe("n-1");
  });

  it("take what Filebeat parsed, and what it kept of the original", () => {
    const { message: _, ...bare } = filebeat;
    expect(readOne({ ...bare, json: native }).id).toBe("n-1");
    expect(readOne({ ...filebeat, event: { original: text(native) } }).id).toBe("n-1");
  });

  it("take Docker's own log files", () => {
    const line = { log: `${text(native)}\n`, stream: "stderr", time: at };
    expect(envelopesOf(line)).toEqual(["docker-json-log > native"]);
    expect(readOne({ ...line, log: "hello\n" })).toMatchObject({
      timestamp: time,
      details: { message: "hello", stream: "stderr" },
    });
  });
});

describe("OTLP logs", () => {
  it("give events in the order of resources, scopes and records", () => {
    const record = (id: string) => logRecord({ stringValue: text({ ...native, id }) });
    const scope = (...ids: string[]) => ({ scope: {}, logRecords: ids.map(record) });
    const value = {
      resourceLogs: [
        { resource: { attributes: pod }, scopeLogs: [scope("a", "b"), scope("c")] },
        { scopeLogs: [scope("d")] },
      ],
    };
    const events = read(value);
    expect(events.map(({ id, enrichment }) => [id, enrichment.pod])).toEqual([
      ["a", "web-1"],
      ["b", "web-1"],
      ["c", "web-1"],
      ["d", undefined],
    ]);
  });

  it("have maps and lists as bodies", () => {
    const values = [
      { key: "type", value: { stringValue: "shell" } },
      { key: "timestamp", value: { intValue: String(time) } },
      { key: "big", value: { intValue: "1767607200123999999" } },
      { key: "ratio", value: { doubleValue: 0.5 } },
      { key: "root", value: { boolValue: true } },
      {
        key: "args",
        value: { arrayValue: { values: [{ stringValue: "-i" }, { kvlistValue: { values: [] } }] } },
      },
    ];
    expect(readOne(otlp(logRecord({ kvlistValue: { values } })))).toMatchObject({
      type: "shell",
      timestamp: time,
      details: { big: "1767607200123999999", ratio: 0.5, root: true, args: ["-i", {}] },
    });
  });

  it("let a record's own attributes win over its resource's", () => {
    const record = logRecord({ stringValue: "x" }, { attributes: attributes({ "k8s.pod.name": "db-0" }) });
    const { container_id, enrichment } = readOne(otlp(record));
    expect(container_id).toBeNull();
    expect(enrichment).toEqual({ cluster: "prod", node: "n1", pod: "db-0" });
  });

  it("give back the alert that the sidekick put in", () => {
    const said = attributes({
      rule: "Read ssh information",
      priority: "Error",
      source: "syscall",
      hostname: "n7",
    });
    expect(
      readOne(otlp(logRecord({ stringValue: "ssh | proc.name=cat" }, { attributes: said }))),
    ).toMatchObject({
      type: "sensitive_file_access",
      source: "falco:syscall",
      severity: "high",
      timestamp: time,
      enrichment: { node: "n7", cluster: "prod" },
    });
  });

  it("are dated by when they were seen where nothing else is known", () => {
    const record = {
      timeUnixNano: "0",
      observedTimeUnixNano: "1767607200123000000",
      body: { stringValue: "x" },
    };
    expect(readOne(otlp(record)).timestamp).toBe(time);
  });
});

describe("CloudEvents", () => {
  const attributes = {
    specversion: "1.0",
    type: "org.example.log",
    source: "/sensors/1",
    id: "ce-1",
    time: at,
  };
  const binary = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]));

  it("structured are opened by their header or by their attributes", () => {
    const envelope = { ...attributes, datacontenttype: "application/json", data: native };
    expect(envelopesOf(envelope)).toEqual(["cloudevents-structured > native"]);
    const headers = { "content-type": "application/cloudevents+json; charset=UTF-8" };
    expect(envelopesOf({ data: native }, headers)).toEqual(["cloudevents-structured > native"]);
    expect(readOne(envelope)).toMatchObject({
      id: "n-1",
      enrichment: { cloudevents: { type: "org.example.log", source: "/sensors/1", id: "ce-1" } },
    });
  });

  it("carry data as text and in base64", () => {
    const base64 = Buffer.from(text(falco)).toString("base64");
    expect(readOne({ ...attributes, data_base64: base64 }).source).toBe("falco:syscall");
    expect(readOne({ ...attributes, data: text(falco) }).source).toBe("falco:syscall");
    expect(readOne({ ...attributes, data: "hello" })).toMatchObject({
      timestamp: time,
      details: { message: "hello" },
    });
  });

  it("binary are opened once, whatever their data looks like", () => {
    const headers = { ...binary, "content-type": "application/json" };
    expect(envelopesOf(native, headers)).toEqual(["cloudevents-binary > native"]);
    expect(readWith(headers, { hello: "world" })).toMatchObject([
      { timestamp: time, details: { hello: "world" }, enrichment: { cloudevents: { source: "/sensors/1" } } },
    ]);
    const cloudevents = { ...headers, "content-type": "application/cloudevents+json" };
    expect(envelopesOf({ data: native }, cloudevents)).toEqual(["cloudevents-binary > unmapped"]);
  });

  it("without data are what they are", () => {
    expect(envelopesOf(attributes)).toEqual(["unmapped"]);
    expect(envelopesOf(attributes, { "content-type": "application/cloudevents+json" })).toEqual(["unmapped"]);
  });
});

describe("Envelopes of clouds and proxies", () => {
  const aks = (log: unknown) => ({
    time: at,
    category: "kube-audit",
    operationName: "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read",
    resourceId:
      "/SUBSCRIPTIONS/0/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/PROD",
    properties: { log, stream: "stdout", pod: "kube-apiserver-7d", containerID: container },
  });

  it("AKS: the line is text or a map, one record or many", () => {
    for (const log of [audit, text(audit), `${text(audit)}\n`]) {
      expect(readOne(aks(log))).toMatchObject({
        id: "a-1:ResponseComplete",
        type: "pod_deleted",
        container_id: null,
        enrichment: { cluster: "prod", namespace: "shop", pod: "web-1", user: "ann" },
      });
    }
    const records = ["x", "y"].map((auditID) => aks(text({ ...audit, auditID })));
    expect(read({ records }).map(({ id }) => id)).toEqual(["x:ResponseComplete", "y:ResponseComplete"]);
    expect(readOne(aks("I0105 leader changed"))).toMatchObject({
      timestamp: time,
      container_id: container,
      enrichment: { cluster: "prod", pod: "kube-apiserver-7d" },
      details: { message: "I0105 leader changed", category: "kube-audit" },
    });
  });

  it("AKS: an audit event of no pod is not one of the API server's", () => {
    const { enrichment } = readOne(aks({ ...audit, objectRef: { resource: "nodes", name: "n1" } }));
    expect(enrichment).toEqual({ cluster: "prod", node: "n1", user: "ann" });
  });

  it("Kafka REST: values are base64 or JSON, in order", () => {
    const records = [
      { value: Buffer.from(text({ ...native, id: "a" })).toString("base64") },
      { key: "k", value: { ...native, id: "b" } },
      { value: text({ ...native, id: "c" }) },
    ];
    expect(envelopesOf({ records })).toEqual([
      "kafka-rest > native",
      "kafka-rest > native",
      "kafka-rest > native",
    ]);
    expect(read({ records }).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });
});

describe("Envelopes inside of envelopes", () => {
  const list = {
    kind: "EventList",
    apiVersion: "audit.k8s.io/v1",
    items: [audit, { ...audit, auditID: "a-2" }],
  };

  it("are opened one after the other", () => {
    const inner = text({ ...fluentBit, log: text(native) });
    expect(envelopesOf({ ...vector, message: inner })).toEqual(["vector > fluent-bit > native"]);
    const cloudevent = { specversion: "1.0", type: "t", source: "s", id: "i", data: list };
    expect(envelopesOf(cloudevent)).toEqual([
      "cloudevents-structured > event-list > kubernetes-audit",
      "cloudevents-structured > event-list > kubernetes-audit",
    ]);
    expect(envelopesOf([otlp(logRecord({ stringValue: text(list) }))])).toHaveLength(2);
  });

  it("mean the innermost container, and do not mix two", () => {
    const inner = { log: text(native), kubernetes: { pod_name: "db-0" }, time: at };
    const { container_id, enrichment } = readOne({ ...vector, message: text(inner) });
    expect(container_id).toBeNull();
    expect(enrichment).toEqual({ node: "n1", pod: "db-0" });
  });

  it("end, and what is left inside is unmapped", () => {
    let value: unknown = native;
    for (let depth = 0; depth < 12; depth++) value = { ...fluentBit, log: value };
    const [names] = envelopesOf(value);
    expect(names).toBe(`${"fluent-bit > ".repeat(8)}unmapped`);
    let line = text(native);
    for (let depth = 0; depth < 12; depth++) line = text({ log: line, date: 1_767_607_200 });
    expect(read(line)).toMatchObject([{ type: expect.stringMatching(/^unmapped\./) }]);
  });

  it("keep JSON in text that is nested too deep as text", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const { details, enrichment } = readOne({ ...fluentBit, log: deep });
    expect(details.message).toMatch(/^\[+…\[cut from 200000 bytes/);
    expect(enrichment.cut).toEqual({ texts: 1 });
  });
});

describe("What many records share", () => {
  it("is not said again for each element of a list", () => {
    const [event] = read({ ...fluentBit, log: text(["a", "b"]), padding: "x".repeat(1_000) });
    expect(event!.details).toEqual({ message: "a" });
  });

  it("is bounded where it is a name", () => {
    const attribute = attributes({ "k8s.pod.name": "p".repeat(100_000) });
    const value = {
      resourceLogs: [
        {
          resource: { attributes: attribute },
          scopeLogs: [{ logRecords: [logRecord({ stringValue: "x" })] }],
        },
      ],
    };
    expect(readOne(value).enrichment).toEqual({});
  });
});
