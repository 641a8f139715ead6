import { describe, expect, it } from "vitest";
import { describeWithRecordings, linesOf } from "./recordings.ts";
import { read, readOne, reasonOf } from "./support.ts";

const alert = {
  hostname: "node-1",
  output: "10:00:00.123456789: Warning Sensitive file opened (file=/etc/shadow)",
  priority: "Warning",
  rule: "Read sensitive file untrusted",
  source: "syscall",
  tags: ["container", "mitre_credential_access"],
  time: "2024-03-01T10:00:00.123456789Z",
  output_fields: {
    "container.id": "9bd4ecf1a2c3",
    "container.image.repository": "docker.io/library/nginx",
    "container.image.tag": "1.27",
    "fd.name": "/etc/shadow",
    "k8s.ns.name": "shop",
    "k8s.pod.name": "web-1",
    "proc.aname[2]": "runc",
    "proc.name": "cat",
    "proc.tty": 34816,
    "user.name": "root",
  },
};

const withFields = (fields: object) => ({ ...alert, output_fields: { ...alert.output_fields, ...fields } });

describe("falco", () => {
  it("reads an alert", () => {
    expect(readOne(alert)).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      timestamp: Date.UTC(2024, 2, 1, 10, 0, 0, 123),
      container_id: "9bd4ecf1a2c3",
      type: "sensitive_file_access",
      severity: "medium",
      source: "falco:syscall",
      details: {
        ...alert.output_fields,
        process_name: "cat",
        file: "/etc/shadow",
        rule: alert.rule,
        tags: alert.tags,
        priority: "Warning",
        output: alert.output,
      },
      enrichment: {
        namespace: "shop",
        pod: "web-1",
        node: "node-1",
        user: "root",
        image: "docker.io/library/nginx:1.27",
      },
    });
  });

  it("has one id for both ways an alert can come, and for each receipt of the sidekick", () => {
    const direct = { ...alert, time: "2024-03-01T10:00:00.123456000Z" };
    const sidekick = (uuid: string) => ({
      ...direct,
      uuid,
      time: "2024-03-01T10:00:00.123456Z",
      source: "syscalls",
      tags: ["", ...alert.tags],
    });
    const { id } = readOne(direct);
    expect(readOne(sidekick("a"))).toEqual(readOne(sidekick("b")));
    expect(readOne(sidekick("a"))).toEqual(readOne(direct));
    expect(readOne({ ...alert, time: "2024-03-01T10:00:00.000000000Z" }).id).toBe(
      readOne({ ...alert, time: "2024-03-01T10:00:00Z" }).id,
    );
    expect(readOne({ ...direct, hostname: "node-2" }).id).not.toBe(id);
    expect(readOne({ ...direct, time: "2024-03-01T10:00:00.123456001Z" }).id).not.toBe(id);
  });

  it("ranks every priority", () => {
    const severity = (priority: unknown) => readOne({ ...alert, priority }).severity;
    expect(
      ["Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"].map(
        severity,
      ),
    ).toEqual(["critical", "critical", "critical", "high", "medium", "low", "info", "info"]);
    expect(severity("critical")).toBe("critical");
    expect(severity(undefined)).toBe("info");
  });

  it("calls an event by its rule, else by its tags, else by the rule's own name", () => {
    const type = (fields: object) => readOne({ ...alert, ...fields }).type;
    expect(type({ rule: "Change thread namespace", tags: ["mitre_privilege_escalation"] })).toBe(
      "namespace_change",
    );
    expect(type({ rule: "Our own", tags: ["mitre_privilege_escalation"] })).toBe("privilege_escalation");
    expect(type({ rule: "Terminal shell in container" })).toBe("falco.terminal_shell_in_container");
    expect(type({ rule: "(odd) Rule/name!" })).toBe("falco.odd_rule_name");
    expect(type({ rule: "Falco internal: syscall event drop", source: "internal" })).toBe("sensor.drops");
    expect(type({ rule: "Falco internal: metrics snapshot", source: "internal" })).toBe("sensor.metrics");
  });

  it("takes host, null, <NA> and nothing for no container, and the full id where there is one", () => {
    for (const id of ["host", null, "<NA>", ""]) {
      expect(readOne(withFields({ "container.id": id })).container_id).toBeNull();
    }
    const full = "9bd4ecf1a2c3".padEnd(64, "0");
    expect(readOne(withFields({ "container.full_id": full })).container_id).toBe(full);
  });

  it("finds the far end of a connection in its fields or in fd.name", () => {
    const details = (fields: object) => readOne(withFields(fields)).details;
    expect(details({ "fd.name": "172.17.0.9:43812->10.96.0.1:443" })).toMatchObject({
      dst_ip: "10.96.0.1",
      dst_port: 443,
    });
    expect(details({ "fd.name": "::1:50->2a02:cf40::5:443" })).toMatchObject({
      dst_ip: "2a02:cf40::5",
      dst_port: 443,
    });
    expect(details({ "fd.rip": "1.2.3.4", "fd.rport": 53 })).toMatchObject({
      dst_ip: "1.2.3.4",
      dst_port: 53,
    });
    expect(details({ "fd.sip": "5.6.7.8", "fd.sport": "80" })).toMatchObject({
      dst_ip: "5.6.7.8",
      dst_port: 80,
    });
    expect(details({ "fd.name": "172.17.0.9:43812->10.96.0.1:443" })).not.toHaveProperty("file");
    expect(details({ "fd.name": "/tmp/a->b" })).toMatchObject({ file: "/tmp/a->b" });
  });

  it("adds nothing for what the alert does not say", () => {
    const event = readOne({ rule: "Some rule", time: alert.time, output_fields: null });
    expect(event.enrichment).toEqual({});
    expect(event.details).toEqual({ rule: "Some rule", tags: [], priority: null, output: "" });
    expect(event.source).toBe("falco:syscall");
  });

  it("reads pod and namespace of a Kubernetes audit alert", () => {
    const fields = {
      "ka.target.resource": "pods",
      "ka.target.name": "web-1",
      "ka.target.namespace": "shop",
      "ka.user.name": "eve",
    };
    const event = readOne({ ...alert, source: "k8s_audit", rule: "Attach/Exec Pod", output_fields: fields });
    expect(event.enrichment).toMatchObject({ pod: "web-1", namespace: "shop", user: "eve" });
    expect(event).toMatchObject({
      type: "falco.attach_exec_pod",
      source: "falco:k8s_audit",
      container_id: null,
    });
  });

  it("refuses output_fields that are no map", () => {
    expect(reasonOf(() => read({ ...alert, output_fields: [1] }))).toBe("invalid-field");
  });
});

const recordings = ["falco/website-alerts.jsonl", "falco/plugins-readme-alerts.jsonl"];

describeWithRecordings(recordings, "falco, recorded alerts", () => {
  const lines = recordings.flatMap(linesOf);
  const readable = lines.filter((line) => !line.includes('"2021-04-13T20:58:00.746609046Z+2"'));

  it("reads every one but the one whose time is none", () => {
    expect(readable).toHaveLength(lines.length - 1);
    const [odd] = lines.filter((line) => !readable.includes(line));
    expect(reasonOf(() => read(odd))).toBe("invalid-time");
    for (const line of readable) {
      const event = readOne(line);
      const raw = JSON.parse(line);
      expect(Math.abs(event.timestamp - Date.parse(raw.time))).toBeLessThanOrEqual(1);
      expect(event.container_id ?? "host").toBe(raw.output_fields["container.id"] ?? "host");
      expect(event.type).toMatch(/^(falco\.[a-z0-9_]+|sensor\.metrics|sensitive_file_access)$/);
      expect(event.details["evt.time"] ?? "").toSatisfy((time: unknown) => line.includes(String(time)));
    }
  });

  it("has as many ids as there are alerts", () => {
    expect(new Set(readable.map((line) => readOne(line).id)).size).toBe(new Set(readable).size);
  });
});
