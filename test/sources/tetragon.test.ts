import { describe, expect, it, test } from "vitest";
import { describeWithRecordings, linesOf } from "./recordings.ts";
import { read, readOne } from "./support.ts";

const process = {
  exec_id: "bm9kZTE6MTAwOjQy",
  pid: 42,
  uid: 1000,
  binary: "/usr/bin/curl",
  arguments: "-s example.org",
  auid: 4294967295,
  docker: "0123456789abcdef0123456789abcde",
  parent_exec_id: "bm9kZTE6OTA6NDE=",
};
const parent = { exec_id: "bm9kZTE6OTA6NDE=", pid: 41, uid: 1000, binary: "/bin/bash" };

const event = (kind: string, said: object = {}, around: object = {}) => ({
  [kind]: { process, parent, ...said },
  node_name: "node1",
  time: "2024-05-01T10:00:00.123456789Z",
  ...around,
});

const kprobe = (function_name: string, args: readonly object[], said: object = {}) =>
  event("process_kprobe", { function_name, args, action: "KPROBE_ACTION_POST", ...said });

describe("tetragon", () => {
  it("reads an exec", () => {
    const value = event("process_exec", {}, { cluster_name: "eu", node_labels: { zone: "a" } });
    expect(readOne(value)).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      timestamp: Date.UTC(2024, 4, 1, 10, 0, 0, 123),
      container_id: "0123456789abcdef0123456789abcde",
      type: "process_start",
      severity: "info",
      source: "tetragon",
      details: {
        process_name: "curl",
        exe: "/usr/bin/curl",
        binary: "/usr/bin/curl",
        process_args: "-s example.org",
        command_line: "/usr/bin/curl -s example.org",
        cmdline: "/usr/bin/curl -s example.org",
        pid: 42,
        exec_id: "bm9kZTE6MTAwOjQy",
        uid: 1000,
        parent_process_name: "bash",
        parent_exe: "/bin/bash",
        parent_command_line: "/bin/bash",
        parent_pid: 41,
        parent_exec_id: "bm9kZTE6OTA6NDE=",
        ancestors: ["bash"],
        file: "/usr/bin/curl",
        kind: "process_exec",
        process,
        parent,
        node_name: "node1",
        cluster_name: "eu",
        node_labels: { zone: "a" },
        time: "2024-05-01T10:00:00.123456789Z",
      },
      enrichment: { cluster: "eu", node: "node1", user: "1000" },
    });
  });

  it("prefers the pod's container id, without its scheme and in full, and names the image's digest", () => {
    const id = "0123456789abcdef".repeat(4);
    const pod = {
      namespace: "shop",
      name: "web-1",
      uid: "6f1c",
      container: {
        id: `cri-o://${id}`,
        name: "web",
        image: { id: "docker.io/nginx@sha256:aa11", name: "docker.io/nginx:1.27" },
      },
      pod_labels: { app: "web" },
      workload: "web",
      workload_kind: "Deployment",
    };
    const read = readOne(event("process_exec", { process: { ...process, pod, user: { name: "www" } } }));
    expect(read.container_id).toBe(id);
    expect(read.enrichment).toEqual({
      node: "node1",
      namespace: "shop",
      pod: "web-1",
      pod_uid: "6f1c",
      pod_labels: { app: "web" },
      workload: "web",
      workload_kind: "Deployment",
      container_name: "web",
      image: "docker.io/nginx:1.27",
      image_digest: "sha256:aa11",
      user: "www",
    });
  });

  test.each<[string, object, string, string, object]>([
    ["exit", event("process_exit", { signal: "SIGKILL" }), "process_exit", "info", { signal: "SIGKILL" }],
    [
      "loader",
      event("process_loader", { path: "/lib/x.so", buildid: "qg==" }),
      "library_load",
      "info",
      { file: "/lib/x.so" },
    ],
    [
      "uprobe",
      event("process_uprobe", { path: "/bin/bash", symbol: "readline" }),
      "tetragon.readline",
      "info",
      { symbol: "readline", path: "/bin/bash" },
    ],
    [
      "uprobe without a symbol",
      event("process_uprobe", { path: "/bin/bash", offset: "18446744073709551615" }),
      "tetragon.process_uprobe",
      "info",
      { offset: "18446744073709551615" },
    ],
    [
      "usdt",
      event("process_usdt", { path: "/usr/bin/python3", provider: "python", name: "audit" }),
      "tetragon.python_audit",
      "info",
      { provider: "python" },
    ],
    [
      "lsm",
      event("process_lsm", {
        function_name: "file_open",
        args: [{ file_arg: { path: "/etc/shadow" } }],
        ima_hash: "sha256:ab",
      }),
      "sensitive_file_access",
      "medium",
      { file: "/etc/shadow", ima_hash: "sha256:ab" },
    ],
    [
      "lsm of another file",
      event("process_lsm", { function_name: "file_open", args: [{ file_arg: { path: "/srv/a" } }] }),
      "file_access",
      "info",
      { file: "/srv/a" },
    ],
    [
      "tracepoint",
      event("process_tracepoint", { subsys: "raw_syscalls", event: "sys_exit", args: [{ long_arg: "-1" }] }),
      "tetragon.raw_syscalls_sys_exit",
      "info",
      { subsys: "raw_syscalls" },
    ],
    [
      "tracepoint of a system call",
      event("process_tracepoint", { subsys: "syscalls", event: "sys_enter_setns" }),
      "namespace_change",
      "medium",
      { syscall: "setns" },
    ],
    [
      "throttle",
      event("process_throttle", { type: "THROTTLE_STOP", cgroup: "a.scope" }),
      "sensor.throttled",
      "low",
      { throttle: "stop", cgroup: "a.scope" },
    ],
    [
      "rate limit",
      event("rate_limit_info", { number_of_dropped_process_events: "123" }),
      "sensor.drops",
      "medium",
      { dropped: 123 },
    ],
    ["test", event("test", { arg0: "1" }), "sensor.test", "info", { arg0: "1" }],
    [
      "connect of 2022",
      event("process_connect", {
        source_ip: "10.0.0.1",
        source_port: 40000,
        destination_ip: "104.198.14.52",
        destination_port: 443,
        destination_names: ["isovalent.com"],
      }),
      "network_connection",
      "info",
      {
        src_ip: "10.0.0.1",
        src_port: 40000,
        dst_ip: "104.198.14.52",
        dst_port: 443,
        domain: "isovalent.com",
      },
    ],
    [
      "listen of 2022",
      event("process_listen", { ip: "0.0.0.0", port: 4444 }),
      "network_listen",
      "info",
      { src_ip: "0.0.0.0", src_port: 4444 },
    ],
    [
      "close of 2022",
      event("process_close", {
        destination_ip: "104.198.14.52",
        destination_port: 443,
        stats: { bytes_sent: "4364", bytes_received: "21022" },
      }),
      "flow",
      "info",
      { dst_ip: "104.198.14.52", network_egress_bytes: 4364, network_ingress_bytes: 21022 },
    ],
    [
      "a kind still to come",
      event("process_dream", {}),
      "tetragon.process_dream",
      "info",
      { kind: "process_dream" },
    ],
    [
      "exec from memory",
      event("process_exec", {
        process: { ...process, binary_properties: { file: { inode: { number: "7", links: 0 } } } },
      }),
      "fileless_execution",
      "high",
      { process_name: "curl" },
    ],
    [
      "exec that raises privileges",
      event("process_exec", {
        process: {
          ...process,
          binary_properties: { setuid: 0, privileges_changed: ["PRIVILEGES_RAISED_EXEC_FILE_SETUID"] },
        },
      }),
      "privilege_escalation",
      "medium",
      { privileges_changed: ["PRIVILEGES_RAISED_EXEC_FILE_SETUID"] },
    ],
  ])("reads the kind: %s", (_, value, type, severity, details) => {
    const read = readOne(value);
    expect(read).toMatchObject({ type, severity, source: "tetragon", enrichment: { node: "node1" } });
    expect(read.details).toMatchObject(details);
  });

  test.each<[string, object, object]>([
    [
      "tcp_connect",
      { sock_arg: { saddr: "10.0.0.1", daddr: "10.0.0.2", sport: 5, dport: 443, protocol: "IPPROTO_TCP" } },
      { src_ip: "10.0.0.1", src_port: 5, dst_ip: "10.0.0.2", dst_port: 443, protocol: "IPPROTO_TCP" },
    ],
    [
      "ip_output",
      { skb_arg: { saddr: "10.0.0.1", daddr: "10.0.0.2", dport: 53 } },
      { dst_ip: "10.0.0.2", dst_port: 53 },
    ],
    [
      "security_socket_connect",
      { sockaddr_arg: { family: "AF_INET", addr: "10.0.0.2", port: 80 } },
      { dst_ip: "10.0.0.2", dst_port: 80 },
    ],
    [
      "security_socket_bind",
      { sockaddr_arg: { family: "AF_INET", addr: "0.0.0.0", port: 80 } },
      { src_ip: "0.0.0.0", src_port: 80 },
    ],
    [
      "unix_stream_connect",
      { sockaddrun_arg: { family: "AF_UNIX", path: "/var/run/docker.sock" } },
      { file: "/var/run/docker.sock" },
    ],
    [
      "security_path_truncate",
      { path_arg: { path: "/var/log/auth.log" } },
      { file: "/var/log/auth.log", access: "write" },
    ],
    [
      "security_bprm_check",
      { linux_binprm_arg: { path: "/tmp/x", permission: "-rwxr-xr-x" } },
      { file: "/tmp/x", file_permission: "-rwxr-xr-x" },
    ],
    ["do_filp_open", { string_arg: "/etc/hosts" }, { file: "/etc/hosts" }],
    [
      "cap_capable",
      { capability_arg: { value: 21, name: "CAP_SYS_ADMIN" } },
      { capability: "CAP_SYS_ADMIN" },
    ],
    ["security_capset", { cred_arg: { effective: ["CAP_SYS_ADMIN"] } }, { capabilities: ["CAP_SYS_ADMIN"] }],
    ["security_capset", { cap_effective_arg: "000001ffffffffff" }, { capabilities_hex: "000001ffffffffff" }],
    [
      "commit_creds",
      { process_credentials_arg: { uid: 0, euid: 0, gid: 5 } },
      { new_uid: 0, new_euid: 0, new_gid: 5 },
    ],
    ["create_user_ns", { user_namespace_arg: { level: 1, ns: { inum: 1 } } }, { user_namespace_level: 1 }],
    [
      "create_user_ns",
      { user_ns_arg: { level: 0, ns: { is_host: true } } },
      { user_namespace_is_host: true },
    ],
    [
      "do_init_module",
      { module_arg: { name: "x", signature_ok: false, tainted: ["TAINT_UNSIGNED_MODULE"] } },
      { module: "x", module_signed: false, module_taints: ["TAINT_UNSIGNED_MODULE"] },
    ],
    [
      "security_bpf_prog",
      { bpf_prog_arg: { ProgType: "BPF_PROG_TYPE_KPROBE", ProgName: "p" } },
      { bpf_program: "p", bpf_program_type: "BPF_PROG_TYPE_KPROBE" },
    ],
    ["bpf_check", { bpf_attr_arg: { ProgType: "BPF_PROG_TYPE_XDP", ProgName: "q" } }, { bpf_program: "q" }],
    [
      "security_bpf_map_alloc",
      { bpf_map_arg: { MapName: "m", MapType: "HASH" } },
      { bpf_map: "m", bpf_map_type: "HASH" },
    ],
    ["bpf", { bpf_cmd_arg: "BPF_PROG_LOAD" }, { bpf_command: "BPF_PROG_LOAD" }],
    [
      "security_perf_event_alloc",
      { perf_event_arg: { KprobeFunc: "sys_kill" } },
      { probed_function: "sys_kill" },
    ],
    ["dev_open", { net_dev_arg: { name: "eth0" } }, { network_device: "eth0" }],
    ["tcp_sendmsg", { size_arg: "65536" }, { network_egress_bytes: 65536 }],
    ["__arm64_sys_setreuid", { int_arg: 0 }, { new_uid: 0, syscall: "setreuid" }],
    ["anything", { error_arg: { Message: "lost" } }, { argument_error: "lost" }],
  ])("names what %s is given in %j", (function_name, arg, details) => {
    const { details: read } = readOne(kprobe(function_name, [{ nop: 1 }, arg]));
    expect(read).toMatchObject(details);
    expect(read.args).toEqual([{ nop: 1 }, arg]);
  });

  test.each<[string, readonly object[], string]>([
    ["security_file_permission", [{ file_arg: { path: "/srv/a" } }, { int_arg: 2 }], "file_write"],
    ["security_file_permission", [{ file_arg: { path: "/srv/a" } }, { int_arg: 4 }], "file_access"],
    ["__x64_sys_read", [{ file_arg: { path: "/root/.ssh/id_ed25519" } }], "sensitive_file_access"],
    ["__x64_sys_read", [{ file_arg: { path: "/srv/a" } }], "tetragon.x64_sys_read"],
    ["__x64_sys_unshare", [], "namespace_change"],
    ["__sys_setresgid", [], "privilege_escalation"],
    ["security_capset", [], "capability_added"],
    ["__x64_sys_finit_module", [], "kernel_module"],
    [
      "security_kernel_read_file",
      [{ file_arg: { path: "/lib/firmware/a.bin" } }],
      "tetragon.security_kernel_read_file",
    ],
    ["bpf_check", [], "bpf_program"],
    ["tcp_close", [], "network_close"],
  ])("calls %s with %j %s", (function_name, args, type) => {
    expect(readOne(kprobe(function_name, args)).type).toBe(type);
  });

  it("takes a policy's tags where the function says nothing", () => {
    const tags = ["observability.privilege_escalation"];
    expect(readOne(kprobe("own_function", [], { tags })).type).toBe("privilege_escalation");
    expect(readOne(kprobe("tcp_close", [], { tags })).type).toBe("network_close");
  });

  it("has one id for each event and the same for each delivery of it", () => {
    const first = kprobe("tcp_connect", [{ sock_arg: { daddr: "10.0.0.2" } }]);
    const ids = [
      first,
      kprobe("tcp_connect", [{ sock_arg: { daddr: "10.0.0.3" } }]),
      kprobe("tcp_close", [{ sock_arg: { daddr: "10.0.0.2" } }]),
      { ...first, node_name: "node2" },
      { ...first, time: "2024-05-01T10:00:00.123456788Z" },
      kprobe("tcp_connect", [{ sock_arg: { daddr: "10.0.0.2" } }], {
        process: { ...process, exec_id: "other" },
      }),
    ].map((value) => readOne(value).id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(readOne(structuredClone(first)).id).toBe(ids[0]);
    // Tetragon's count of references says nothing of the event.
    expect(
      readOne(
        kprobe("tcp_connect", [{ sock_arg: { daddr: "10.0.0.2" } }], { process: { ...process, refcnt: 9 } }),
      ).id,
    ).toBe(ids[0]);
  });

  it("is not taken for what it is not", () => {
    const type = (value: object) => readOne(value).type;
    expect(type({ test: { a: 1 }, time: "2024-05-01T10:00:00Z" })).toBe("unmapped.json");
    expect(type({ process_exec: "x", time: "2024-05-01T10:00:00Z" })).toBe("unmapped.json");
  });

  test.each<[string, object]>([
    ["process", { process: [1], parent: "x", ancestors: { a: 1 } }],
    ["arguments", { args: "x", data: [null, 1, "a", [{}]], return: [] }],
    [
      "argument",
      {
        args: [
          { sock_arg: "x" },
          { file_arg: [1] },
          { constructor: {} },
          JSON.parse('{"__proto__": {"a": 1}}'),
        ],
      },
    ],
    ["pod", { process: { ...process, pod: { container: 1, pod_labels: "x" } } }],
    ["tags", { tags: { a: 1 }, function_name: 7, policy_name: [] }],
  ])("bears a strange %s", (_, said) => {
    expect(readOne(event("process_kprobe", said)).source).toBe("tetragon");
  });
});

const recording = "tetragon/docs-events.jsonl";

/** Line → type, severity, timestamp, first 12 of the container, context, and what tells it. Lines 3 and 4 are one event. */
const netperf = {
  image: "docker.io/tgraf/netperf:latest",
  image_digest: "sha256:8e86f744bfea165fd4ce68caa05abc96500f40130b857773186401926af7e9e6",
  container_name: "spaceship",
};
const xwing = { namespace: "default", pod: "xwing", ...netperf };
const kind = { ...xwing, node: "kind-control-plane" };
const curl = {
  process_name: "curl",
  exe: "/usr/bin/curl",
  process_args: "https://ebpf.io/applications/#tetragon",
  pid: 52699,
  parent_process_name: "bash",
};
const gke = { ...xwing, node: "gke-john-632-default-pool-7041cac0-9s95", workload: "xwing", user: "0" };
const modprobe = { process_name: "modprobe", pid: 130877, parent_process_name: "<kernel>", parent_pid: 0 };

type Row = readonly [
  line: number,
  type: string,
  severity: string,
  time: string,
  container: string | null,
  enrichment: object,
  details: object,
];
const rows: readonly Row[] = [
  [
    1,
    "sensor.throttled",
    "low",
    "2024-07-26T13:07:43.178Z",
    null,
    { node: "ubuntu-22" },
    { throttle: "start", cgroup: "session-429.scope" },
  ],
  [
    2,
    "sensor.throttled",
    "low",
    "2024-07-26T13:07:55.501Z",
    null,
    { node: "ubuntu-22" },
    { throttle: "stop", cgroup: "session-429.scope" },
  ],
  [3, "process_start", "info", "2023-10-06T22:03:57.700Z", "551e161c47d8", gke, curl],
  [4, "process_start", "info", "2023-10-06T22:03:57.700Z", "551e161c47d8", gke, curl],
  [
    5,
    "sensitive_file_access",
    "medium",
    "2024-04-14T02:18:14.376Z",
    "6b742e38ee3a",
    {
      node: "tetragon-dev-control-plane",
      namespace: "default",
      pod: "file-access",
      workload: "file-access",
      workload_kind: "Pod",
      image: "docker.io/library/busybox:latest",
      user: "0",
    },
    { process_name: "vi", file: "/etc/passwd", access: "write", policy: "file-monitoring", return_value: 0 },
  ],
  [
    6,
    "kernel_module",
    "medium",
    "2023-08-30T11:01:22.847Z",
    null,
    { user: "0" },
    {
      process_name: "insmod",
      file: "/home/tixxdz/tetragon/contrib/tester-progs/kernel_module_hello.ko",
      loginuid: 1000,
      parent_process_name: "sudo",
    },
  ],
  [
    7,
    "kernel_module",
    "medium",
    "2023-08-30T11:01:22.847Z",
    null,
    { user: "0" },
    {
      process_name: "insmod",
      module: "kernel_module_hello",
      module_taints: ["TAINT_OUT_OF_TREE_MODULE", "TAINT_UNSIGNED_MODULE"],
      loginuid: 1000,
    },
  ],
  [
    8,
    "kernel_module",
    "medium",
    "2023-09-09T23:27:42.751Z",
    "1e910d5cc8d8",
    {
      node: "kind-control-plane",
      namespace: "demo-app",
      pod: "test-pod",
      workload: "test-pod",
      image: "docker.io/cilium/starwars:latest",
    },
    { process_name: "mount", module: "fs-xfs", parent_process_name: "sh" },
  ],
  [
    9,
    "process_start",
    "info",
    "2023-09-09T23:27:42.751Z",
    null,
    { node: "kind-control-plane", user: "0" },
    { ...modprobe, process_args: "-q -- fs-xfs", cwd: "/" },
  ],
  [
    10,
    "kernel_module",
    "medium",
    "2023-09-09T23:27:42.752Z",
    null,
    { node: "kind-control-plane" },
    { ...modprobe, file: "/usr/lib/modules/6.2.0-32-generic/kernel/fs/xfs/xfs.ko" },
  ],
  [
    11,
    "kernel_module",
    "medium",
    "2023-09-09T23:27:42.760Z",
    null,
    { node: "kind-control-plane" },
    { ...modprobe, module: "xfs", module_signed: true },
  ],
  [
    12,
    "kernel_module",
    "medium",
    "2023-08-30T16:44:03.471Z",
    null,
    { user: "0" },
    { process_name: "rmmod", module: "kernel_module_hello", function_name: "free_module", loginuid: 1000 },
  ],
  [
    13,
    "privilege_escalation",
    "medium",
    "2023-07-25T12:05:01.410Z",
    "2e58c8357465",
    { ...kind, user: "11" },
    { process_name: "su", exe: "/tmp/su", uid: 11, new_uid: 0, new_euid: 0, parent_process_name: "sh" },
  ],
  [
    14,
    "privilege_escalation",
    "medium",
    "2023-07-05T19:14:30.918Z",
    "55936e548de6",
    kind,
    { process_name: "su", syscall: "setgid", new_gid: 0 },
  ],
  [
    15,
    "privilege_escalation",
    "medium",
    "2023-07-05T19:14:30.918Z",
    "55936e548de6",
    kind,
    { process_name: "su", syscall: "setuid", new_uid: 0 },
  ],
  [
    16,
    "privilege_escalation",
    "medium",
    "2023-08-02T11:58:53.624Z",
    "775beeb1a25a",
    kind,
    { process_name: "bash", file: "/bin/busybox", function_name: "security_bprm_creds_from_file" },
  ],
  [
    17,
    "namespace_change",
    "medium",
    "2026-01-30T18:15:20.001Z",
    "057dc8d712ab",
    {
      node: "tetragon-dev-control-plane",
      namespace: "default",
      pod: "xwing",
      workload: "xwing",
      workload_kind: "Pod",
      image: "quay.io/cilium/json-mock:latest",
      image_digest: "sha256:5aad04835eda9025fe4561ad31be77fd55309af8158ca8663a72f6abb78c2603",
    },
    {
      process_name: "nsenter",
      process_args: "-t 1 -m -u -n -i -p",
      syscall: "setns",
      policy: "namespace-access",
    },
  ],
  [
    18,
    "process_start",
    "info",
    "2022-05-11T12:54:45.615Z",
    "1fb931d2f6e5",
    kind,
    { process_name: "whoami", process_args: "--version", file: "/usr/bin/whoami" },
  ],
  [
    19,
    "process_exit",
    "info",
    "2022-05-11T12:54:45.616Z",
    "1fb931d2f6e5",
    kind,
    { process_name: "whoami", exec_id: "a2luZC1jb250cm9sLXBsYW5lOjExNDI4NjE1NjM2OTAxOjUxNTgz" },
  ],
  [
    20,
    "capability_added",
    "low",
    "2023-07-06T10:13:33.834Z",
    "cfb961400ff2",
    kind,
    {
      process_name: "dmesg",
      capability: "CAP_SYSLOG",
      return_value: -1,
      host_namespaces: ["time", "time_for_children", "user"],
      user_namespace_is_host: true,
    },
  ],
];

describeWithRecordings([recording], "tetragon, recorded events", () => {
  const lines = linesOf(recording);

  test.each(rows)("line %i is %s", (line, type, severity, time, container, enrichment, details) => {
    const event = readOne(lines[line - 1]);
    expect(event).toMatchObject({ type, severity, source: "tetragon", enrichment, details });
    expect(new Date(event.timestamp).toISOString()).toBe(time);
    expect(event.container_id?.slice(0, 12) ?? null).toBe(container);
    if (container !== null) expect(event.container_id).toHaveLength(64);
  });

  it("are all told, by as many ids as there are events", () => {
    expect(rows.map(([line]) => line)).toEqual(lines.map((_, index) => index + 1));
    expect(lines[2]).toBe(lines[3]);
    expect(new Set(lines.flatMap((line) => read(line)).map(({ id }) => id)).size).toBe(lines.length - 1);
  });
});
