import { describe, expect, it } from "vitest";
import { readOne } from "./support.ts";

const base = {
  metadata: {
    version: "1.3.0",
    uid: "u-1",
    product: { name: "Sensor", vendor_name: "X" },
    profiles: ["container"],
  },
  time: 1_767_607_200_123,
  severity_id: 1,
  device: { hostname: "n1" },
  actor: { user: { name: "ann" }, process: { name: "bash", pid: 7 } },
};
const container = {
  uid: "containerd://9bd4ecf1a2c3".padEnd(77, "0"),
  name: "web",
  image: { name: "nginx", tag: "1.27" },
  pod_uuid: "p-1",
};
const record = (class_uid: number, activity_id: number, more: object = {}) => ({
  ...base,
  class_uid,
  activity_id,
  category_uid: Math.floor(class_uid / 1000),
  type_uid: class_uid * 100 + activity_id,
  ...more,
});
const dst_endpoint = { ip: "203.0.113.9", port: 443, hostname: "evil.example" };
const evidences = [
  { data: 1 },
  { process: { name: "sh", container }, file: { path: "/bin/sh" }, dst_endpoint },
];

describe("ocsf", () => {
  it("reads a process launch with the container profile", () => {
    const process = {
      name: "sh",
      cmd_line: "sh -c id",
      pid: 42,
      uid: "exec-1",
      file: { path: "/bin/sh" },
      parent_process: { name: "runc", pid: 41 },
    };
    const { details, ...read } = readOne(record(1007, 1, { process, container }));
    expect(read).toEqual({
      id: "u-1",
      timestamp: 1_767_607_200_123,
      container_id: "9bd4ecf1a2c3".padEnd(64, "0"),
      type: "process_start",
      severity: "info",
      source: "ocsf",
      enrichment: { node: "n1", image: "nginx:1.27", container_name: "web", pod_uid: "p-1", user: "ann" },
    });
    expect(details).toMatchObject({
      class: "process_activity",
      activity: "launch",
      process_name: "sh",
      command_line: "sh -c id",
      exe: "/bin/sh",
      pid: 42,
      exec_id: "exec-1",
      parent_process_name: "runc",
      parent_pid: 41,
      class_uid: 1007,
      process,
    });
  });

  const mapped: readonly [what: string, event: object, type: string, severity: string, details: object][] = [
    [
      "a file that is read",
      record(1001, 2, { file: { path: "/etc/shadow", name: "shadow" } }),
      "sensitive_file_access",
      "info",
      { file: "/etc/shadow", "file.name": "shadow", process_name: "bash", pid: 7 },
    ],
    [
      "a file that is written",
      record(1001, 3, { file: { path: "/tmp/x" } }),
      "file_write",
      "info",
      { file: "/tmp/x" },
    ],
    ["a file that is mounted", record(1001, 12), "ocsf.file_activity_mount", "info", {}],
    [
      "a kernel module",
      record(1002, 1, { severity_id: 0, driver: { file: { name: "rootkit.ko", path: "/tmp/rootkit.ko" } } }),
      "kernel_module",
      "high",
      { module: "rootkit.ko", file: "/tmp/rootkit.ko" },
    ],
    [
      "a module that is a kernel's",
      record(1005, 1, { module: { file: { name: "x.ko.xz" } } }),
      "kernel_module",
      "info",
      { module: "x.ko.xz" },
    ],
    [
      "a library",
      record(1005, 1, { module: { file: { name: "libc.so" } } }),
      "ocsf.module_activity_load",
      "info",
      {},
    ],
    ["a process that ends", record(1007, 2), "process_exit", "info", { activity: "terminate" }],
    ["another user's rights", record(1007, 5), "privilege_escalation", "info", { activity: "set_user_id" }],
    [
      "a finding of before 1.1",
      record(2001, 1, { severity_id: 5, finding: { title: "Our Rule", uid: "f" } }),
      "ocsf.our_rule",
      "critical",
      { rule: "Our Rule" },
    ],
    [
      "a finding by its tactic",
      record(2004, 1, {
        severity_id: 6,
        evidences,
        finding_info: {
          title: "t",
          uid: "f",
          analytic: { name: "Our Rule" },
          attacks: [{ tactic: { name: "Privilege Escalation" }, technique: { uid: "T1611" } }],
        },
      }),
      "privilege_escalation",
      "critical",
      {
        rule: "Our Rule",
        process_name: "sh",
        file: "/bin/sh",
        dst_ip: "203.0.113.9",
        domain: "evil.example",
      },
    ],
    [
      "a logon that failed",
      record(3002, 1, {
        status_id: 2,
        actor: null,
        user: { name: "eve" },
        src_endpoint: { ip: "198.51.100.4" },
      }),
      "authentication_failure",
      "info",
      { outcome: "failure", src_ip: "198.51.100.4", user: "eve", target_user: "eve" },
    ],
    [
      "a logon",
      record(3002, 1, { status_id: 1, user: { name: "eve" } }),
      "logon",
      "info",
      { target_user: "eve" },
    ],
    ["a logoff", record(3002, 2, { status_id: 1 }), "ocsf.authentication_logoff", "info", {}],
    [
      "a connection",
      record(4001, 1, { dst_endpoint, connection_info: { protocol_name: "tcp" } }),
      "network_connection",
      "info",
      { dst_ip: "203.0.113.9", dst_port: 443, protocol: "tcp", domain: "evil.example" },
    ],
    ["traffic", record(4001, 6, { dst_endpoint }), "flow", "info", { dst_ip: "203.0.113.9" }],
    [
      "a name that is looked up",
      record(4003, 1, { query: { hostname: "evil.example", type: "A" } }),
      "dns_query",
      "info",
      { domain: "evil.example", query: "evil.example", "query.type": "A" },
    ],
    [
      "a call of an API that was refused",
      record(6003, 2, {
        api: { operation: "list", response: { code: 403 } },
        resources: [{ type: "secrets" }],
      }),
      "authorization_denied",
      "info",
      { operation: "list", response_code: 403 },
    ],
    [
      "a call without credentials",
      record(6003, 2, { api: { operation: "list", response: { code: 401 } } }),
      "authentication_failure",
      "info",
      {},
    ],
    [
      "secrets that are read",
      record(6003, 2, { api: { operation: "list" }, resources: [{ type: "secrets" }] }),
      "sensitive_file_access",
      "info",
      {},
    ],
    ["an activity of no name", record(4001, 99), "ocsf.network_activity_other", "info", {}],
    ["a class of no name", record(5001, 1), "ocsf.class_5001_other", "info", {}],
  ];
  it.each(mapped)("says what a record means: %s", (_, event, type, severity, details) => {
    expect(readOne(event)).toMatchObject({ type, severity, source: "ocsf", details });
  });

  it("finds the container of a finding in its evidence", () => {
    const { container_id, enrichment } = readOne(
      record(2004, 1, { evidences, finding_info: { title: "t" } }),
    );
    expect(container_id).toBe("9bd4ecf1a2c3".padEnd(64, "0"));
    expect(enrichment).toMatchObject({ container_name: "web", image: "nginx:1.27" });
  });

  it("tells a process from its parent, and an image's tag from a registry's port", () => {
    const { details, enrichment } = readOne(
      record(1001, 14, {
        container: { image: { name: "registry:5000/web", tag: "1" } },
        resources: [{ namespace: "shop" }],
      }),
    );
    expect(details).toMatchObject({ process_name: "bash", pid: 7 });
    expect(details).not.toHaveProperty("parent_process_name");
    expect(enrichment).toMatchObject({ image: "registry:5000/web:1", namespace: "shop" });
    expect(readOne(record(1007, 1, { process: { name: "sh" } })).details).toMatchObject({
      process_name: "sh",
      parent_process_name: "bash",
      parent_pid: 7,
    });
  });

  it("has one id for one content where the record gives none", () => {
    const { uid: _, ...metadata } = base.metadata;
    const one = record(1007, 1, { metadata });
    expect(readOne(one).id).toBe(readOne(JSON.parse(JSON.stringify(one))).id);
    expect(readOne(one).id).not.toBe(readOne({ ...one, time: base.time + 1 }).id);
  });

  it("takes every severity", () => {
    const severity = (severity_id: unknown) => readOne(record(4001, 99, { severity_id })).severity;
    expect([0, 1, 2, 3, 4, 5, 6, 99, "4", null].map(severity)).toEqual([
      "info",
      "info",
      "low",
      "medium",
      "high",
      "critical",
      "critical",
      "info",
      "high",
      "info",
    ]);
  });
});
