import { describe, expect, it, test } from "vitest";
import { readOne } from "./support.ts";

const full = "0123456789abcdef".repeat(4);

const workload = {
  process: {
    executable: { path: "/usr/bin/curl" },
    unique_id: 123,
    host_pid: 4242,
    pid: 7,
    real_user: { id: 1000 },
    thread: {
      start_time: "2025-11-20T10:00:00.5Z",
      name: "curl",
      host_tid: 4243,
      tid: 8,
      syscall: "connect",
    },
    ancestors: [
      { executable: { path: "/bin/bash" }, host_pid: 4000, thread: { name: "bash" } },
      { executable: { path: "/usr/sbin/sshd" }, host_pid: 1 },
    ],
  },
  container: {
    id: full,
    name: "web",
    image: { id: "sha256:11", repo_digests: ["docker.io/nginx@sha256:22"], name: "nginx:1.27" },
    started: true,
  },
  k8s: { pod: { name: "web-1", uid: "6f", labels: { app: "web" } }, namespace: { name: "shop" } },
};

const event = (name: string, data: readonly object[] = [], said: object = {}) => ({
  timestamp: "2025-11-20T10:00:01.123456789Z",
  id: 1036,
  name,
  policies: { matched: ["prod"] },
  workload,
  data,
  ...said,
});

describe("tracee-v1beta1", () => {
  it("reads an event", () => {
    const data = [
      { name: "remote_addr", value: { sa_family: 2, sin_addr: "203.0.113.7", sin_port: 443 } },
      { name: "returnValue", value: -115 },
    ];
    expect(readOne(event("security_socket_connect", data))).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      timestamp: Date.UTC(2025, 10, 20, 10, 0, 1, 123),
      container_id: full,
      type: "network_connection",
      severity: "info",
      source: "tracee",
      details: {
        process_name: "curl",
        exe: "/usr/bin/curl",
        binary: "/usr/bin/curl",
        pid: 4242,
        uid: 1000,
        parent_process_name: "bash",
        parent_exe: "/bin/bash",
        parent_pid: 4000,
        ancestors: ["bash", "sshd"],
        dst_ip: "203.0.113.7",
        dst_port: 443,
        syscall: "connect",
        return_value: -115,
        policy: ["prod"],
        timestamp: "2025-11-20T10:00:01.123456789Z",
        id: 1036,
        name: "security_socket_connect",
        policies: { matched: ["prod"] },
        workload,
        data: { remote_addr: data[0]?.value, returnValue: -115 },
      },
      enrichment: {
        namespace: "shop",
        pod: "web-1",
        pod_uid: "6f",
        pod_labels: { app: "web" },
        container_name: "web",
        image: "nginx:1.27",
        image_digest: "sha256:22",
        user: "1000",
      },
    });
  });

  it("reads what the documentation shows instead: seconds and nanoseconds, workload.pod", () => {
    const { k8s, ...rest } = workload;
    const documented = {
      ...rest,
      pod: { name: "web-2", uid: "7a", namespace: "shop", labels: { app: "x" } },
    };
    const read = readOne(
      event("ptrace", [], { timestamp: { seconds: "1700000000", nanos: 123999999 }, workload: documented }),
    );
    expect(read).toMatchObject({
      timestamp: 1700000000123,
      type: "tracee.ptrace",
      enrichment: { namespace: "shop", pod: "web-2", pod_uid: "7a", pod_labels: { app: "x" } },
    });
    expect(k8s.pod.name).toBe("web-1");
    expect(() => readOne(event("ptrace", [], { timestamp: {} }))).toThrow("timestamp must be");
  });

  test.each<[string, object, string, object]>([
    [
      "net_packet_dns_request",
      { name: "dns_questions", value: { questions: [{ query: "example.org", query_type: "A" }] } },
      "dns_query",
      { domain: "example.org" },
    ],
    [
      "net_packet_dns_response",
      {
        name: "dns_response",
        dns_responses: {
          responses: [
            { dns_query_data: { query: "example.org" }, dns_answer: [{ type: "A", answer: "203.0.113.7" }] },
          ],
        },
      },
      "dns_response",
      { domain: "example.org", resolved_ip: "203.0.113.7" },
    ],
    [
      "net_packet_dns",
      {
        name: "proto_dns",
        dns: { qr: 1, questions: [{ name: "example.org" }], answers: [{ ip: "203.0.113.7" }] },
      },
      "dns_response",
      { domain: "example.org", resolved_ip: "203.0.113.7", direction: "response" },
    ],
    // Go leaves out what is zero.
    [
      "net_packet_dns",
      { name: "proto_dns", value: { questions: [{ name: "a.b" }] } },
      "dns_query",
      { domain: "a.b" },
    ],
    [
      "net_packet_tcp",
      { name: "proto_tcp", tcp: { src_port: 5, dst_port: 443 } },
      "network_packet",
      { src_port: 5, dst_port: 443, protocol: "tcp" },
    ],
    [
      "net_packet_http_request",
      {
        name: "http_request",
        value: {
          method: "GET",
          host: "example.org:8080",
          uri_path: "/x",
          headers: { "User-Agent": { header: ["curl"] } },
        },
      },
      "http_request",
      { domain: "example.org", url: "http://example.org:8080/x", user_agent: "curl" },
    ],
    [
      "sched_process_exec",
      { name: "argv", str_array: { value: ["sh", "-i"] } },
      "process_start",
      { command_line: "sh -i" },
    ],
    [
      "security_file_open",
      { name: "pathname", str: "/etc/shadow" },
      "sensitive_file_access",
      { file: "/etc/shadow" },
    ],
    ["magic_write", { name: "pathname", value: "/tmp/x" }, "file_write", { file: "/tmp/x" }],
    [
      "read",
      { name: "size", u_int64: "18446744073709551615" },
      "tracee.read",
      { data: { size: "18446744073709551615" } },
    ],
  ])("reads %s with %j", (name, data, type, details) => {
    expect(readOne(event(name, [data]))).toMatchObject({ type, details });
  });

  test.each([
    [0, "info"],
    [4, "critical"],
    ["HIGH", "high"],
    [undefined, "info"],
    ["constructor", "info"],
  ])("ranks a threat of severity %s", (severity, expected) => {
    expect(readOne(event("mine", [], { threat: { name: "Mine", severity } })).severity).toBe(expected);
  });

  it("tells a threat and what it was detected from", () => {
    const threat = {
      description: "A shell over a socket",
      mitre: { tactic: { name: "Execution" }, technique: { id: "T1059.004", name: "Unix Shell" } },
      severity: 3,
      name: "Process standard input/output over socket detected",
    };
    const from = {
      id: 1036,
      name: "security_socket_connect",
      data: [{ name: "remote_addr", value: { sa_family: 2, sin_addr: "203.0.113.7", sin_port: 4444 } }],
    };
    expect(readOne(event("stdio_over_socket", [], { threat, detected_from: from }))).toMatchObject({
      type: "reverse_shell",
      severity: "high",
      details: {
        rule: "stdio_over_socket",
        message: "A shell over a socket",
        mitre_tactic: "Execution",
        mitre_technique: "T1059.004",
        dst_ip: "203.0.113.7",
        dst_port: 4444,
      },
    });
  });

  it("has one id for each event", () => {
    const { id } = readOne(event("ptrace"));
    const thread = { ...workload.process.thread, host_tid: 1 };
    const others = [
      event("ptrace", [], { timestamp: "2025-11-20T10:00:01.123456788Z" }),
      event("ptrace", [], { id: 101 }),
      event("setns"),
      event("ptrace", [], { workload: { ...workload, process: { ...workload.process, thread } } }),
      event("ptrace", [], { workload: { ...workload, container: { id: "a".repeat(64) } } }),
    ];
    expect(new Set([id, ...others.map((other) => readOne(other).id)]).size).toBe(6);
    expect(readOne(event("ptrace", [{ name: "x", value: 1 }])).id).toBe(id);
  });

  test.each<[string, object]>([
    ["workload", { workload: { process: [], container: "x", k8s: 1 } }],
    [
      "process",
      { workload: { process: { thread: 1, real_user: 2, ancestors: [null, "x"], executable: [] } } },
    ],
    ["data", { data: { a: 1 }, detected_from: { data: [1] }, policies: [] }],
    [
      "value",
      {
        data: [
          { name: "dns_response", value: { responses: "x" } },
          { name: "http_request", value: 1 },
          { name: "x" },
        ],
      },
    ],
    ["threat", { threat: { mitre: { tactic: "x" }, severity: {} } }],
  ])("bears a strange %s", (_, said) => {
    expect(readOne(event("net_packet_dns", [], said)).source).toBe("tracee");
  });
});
