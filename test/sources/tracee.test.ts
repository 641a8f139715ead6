import { describe, expect, it, test } from "vitest";
import { describeWithRecordings, linesOf } from "./recordings.ts";
import { read, readOne } from "./support.ts";

const full = "0123456789abcdef".repeat(4);

/** JSON text, as 19 digits do not survive JSON.stringify of a number. */
const event = (eventName: string, args: readonly object[] = [], said: object = {}): string =>
  JSON.stringify({
    timestamp: "@",
    processId: 7,
    threadId: 7,
    parentProcessId: 1,
    hostProcessId: 4242,
    hostThreadId: 4242,
    hostParentProcessId: 4000,
    userId: 0,
    processName: "sh",
    executable: { path: "/bin/busybox" },
    hostName: full.slice(0, 12),
    container: { id: full, name: "web", image: "nginx:1.27", imageDigest: "sha256:aa" },
    kubernetes: { podName: "web-1", podNamespace: "shop", podUID: "6f" },
    eventId: "700",
    eventName,
    matchedPolicies: ["", "prod"],
    returnValue: 0,
    syscall: "execve",
    args,
    ...said,
  }).replace('"@"', "1700000000123456789");

const arg = (name: string, value: unknown) => ({ name, type: "any", value });

const detection = (eventName: string, properties: object, args: readonly object[] = []) =>
  event(eventName, args, {
    metadata: {
      Version: "1",
      Description: "What it means",
      Tags: null,
      Properties: { signatureID: "TRC-1", ...properties },
    },
  });

describe("tracee", () => {
  it("reads an event", () => {
    const read = readOne(
      event("sched_process_exec", [arg("pathname", "/bin/sh"), arg("argv", ["sh", "-c", "id"])]),
    );
    expect(read).toMatchObject({
      timestamp: 1700000000123,
      container_id: full,
      type: "process_start",
      severity: "info",
      source: "tracee",
      enrichment: {
        namespace: "shop",
        pod: "web-1",
        pod_uid: "6f",
        container_name: "web",
        image: "nginx:1.27",
        image_digest: "sha256:aa",
        user: "0",
      },
      details: {
        process_name: "sh",
        exe: "/bin/sh",
        command_line: "sh -c id",
        process_args: "-c id",
        file: "/bin/sh",
        pid: 4242,
        parent_pid: 4000,
        uid: 0,
        syscall: "execve",
        return_value: 0,
        policy: ["prod"],
        timestamp: "1700000000123456789",
        eventName: "sched_process_exec",
        args: { pathname: "/bin/sh", argv: ["sh", "-c", "id"] },
      },
    });
    expect(read.id).toMatch(/^[0-9a-f]{32}$/);
    expect(read.enrichment).not.toHaveProperty("node");
    expect(read.details).not.toHaveProperty("rule");
  });

  it("reads container and pod where they were before v0.13", () => {
    const old = {
      container: null,
      kubernetes: null,
      containerId: full,
      containerImage: "nginx",
      containerName: "w",
      podName: "p",
      podNamespace: "n",
      podUID: "",
    };
    const read = readOne(event("ptrace", [], old));
    expect(read.container_id).toBe(full);
    expect(read.enrichment).toEqual({
      namespace: "n",
      pod: "p",
      container_name: "w",
      image: "nginx",
      user: "0",
    });
    expect(read.type).toBe("tracee.ptrace");
  });

  it.each([
    ["1700000000123456789", 1700000000123],
    ["1700000000123999999", 1700000000123],
    ["620311624458929", 620311624],
    ['"x"', Number.NaN],
  ])("counts nanoseconds: %s", (digits, milliseconds) => {
    const line = event("ptrace").replace("1700000000123456789", digits);
    if (Number.isNaN(milliseconds)) expect(() => readOne(line)).toThrow("timestamp must be");
    else expect(readOne(line).timestamp).toBe(milliseconds);
  });

  it("gives a bad clock's year to the broker's, where there is one", () => {
    const line = event("ptrace").replace("1700000000123456789", "3400000000123456789");
    expect(readOne(line).timestamp).toBe(3400000000123);
    const read = readOne(line, { topic: "t", partition: 0, offset: 1, broker_time: 1700000000000 });
    expect(read).toMatchObject({ timestamp: 1700000000000, enrichment: { clock_replaced: true } });
  });

  it.each([
    [3, "high"],
    [2, "medium"],
    ["1", "low"],
    [0, "info"],
    [4, "critical"],
    ["constructor", "info"],
    [undefined, "info"],
  ])("ranks a detection of severity %s", (Severity, severity) => {
    expect(readOne(detection("mine", { Severity })).severity).toBe(severity);
  });

  it("takes a detection's severity before its type's", () => {
    expect(readOne(detection("fileless_execution", { Severity: 1 })).severity).toBe("low");
    expect(readOne(detection("fileless_execution", {})).severity).toBe("high");
  });

  it("tells a detection and what set it off", () => {
    const triggeredBy = {
      id: 742,
      name: "security_socket_connect",
      args: [arg("remote_addr", { sa_family: "AF_INET", sin_addr: "203.0.113.7", sin_port: "4444" })],
    };
    const properties = {
      Severity: 3,
      Category: "execution",
      external_id: "T1059.004",
      signatureName: "Process standard input/output over socket detected",
    };
    expect(
      readOne(
        detection("stdio_over_socket", properties, [
          arg("File descriptor", 0),
          arg("triggeredBy", triggeredBy),
        ]),
      ),
    ).toMatchObject({
      type: "reverse_shell",
      severity: "high",
      details: {
        rule: "stdio_over_socket",
        message: "What it means",
        mitre_tactic: "execution",
        mitre_technique: "T1059.004",
        dst_ip: "203.0.113.7",
        dst_port: 4444,
      },
    });
  });

  test.each([
    ["cgroup_release_agent", "privilege_escalation"],
    ["k8s_service_account_token", "sensitive_file_access"],
    ["illegitimate_shell", "untrusted_shell"],
    ["dropped_executable", "binary_drift"],
    ["New executable dropped", "binary_drift"],
    ["Fileless execution detected", "fileless_execution"],
    ["kernel_module_loading", "kernel_module"],
    ["k8s_api_connection", "k8s_api_contact"],
    ["anti_debugging", "tracee.anti_debugging"],
  ])("calls the detection %s %s", (name, type) => {
    expect(readOne(detection(name, {})).type).toBe(type);
  });

  it("calls unknown detections by their technique", () => {
    expect(readOne(detection("own", { external_id: "T1611" })).type).toBe("privilege_escalation");
    expect(readOne(detection("own", { external_id: "T1496.001" })).type).toBe("cryptomining");
  });

  test.each<[string, readonly object[], string, object]>([
    [
      "security_file_open",
      [arg("pathname", "/etc/shadow"), arg("flags", "O_RDONLY")],
      "sensitive_file_access",
      { file: "/etc/shadow", access: "read" },
    ],
    [
      "security_file_open",
      [arg("pathname", "/srv/a"), arg("flags", "O_RDWR|O_CREAT")],
      "file_write",
      { access: "write" },
    ],
    [
      "security_file_open",
      [arg("pathname", "/srv/a"), arg("flags", 32768)],
      "file_access",
      { access: "read" },
    ],
    [
      "security_socket_connect",
      [arg("remote_addr", { sa_family: "AF_INET6", sin6_addr: "2001:db8::1", sin6_port: "443" })],
      "network_connection",
      { dst_ip: "2001:db8::1", dst_port: 443 },
    ],
    [
      "security_socket_connect",
      [arg("remote_addr", { sa_family: "AF_UNIX", sun_path: "/run/docker.sock" })],
      "network_connection",
      { file: "/run/docker.sock" },
    ],
    [
      "net_tcp_connect",
      [arg("dst", "203.0.113.7"), arg("dst_port", 443), arg("dst_dns", ["example.org"])],
      "network_connection",
      { dst_ip: "203.0.113.7", dst_port: 443, domain: "example.org" },
    ],
    [
      "security_socket_accept",
      [arg("local_addr", { sin_addr: "10.0.0.1", sin_port: "80" })],
      "network_accept",
      { src_ip: "10.0.0.1", src_port: 80 },
    ],
    [
      "bind",
      [arg("addr", { sin_addr: "0.0.0.0", sin_port: "80" })],
      "tracee.bind",
      { src_ip: "0.0.0.0", src_port: 80 },
    ],
    [
      "connect",
      [arg("addr", { sin_addr: "10.0.0.2", sin_port: "80" })],
      "tracee.connect",
      { dst_ip: "10.0.0.2", dst_port: 80 },
    ],
    [
      "net_flow_tcp_begin",
      [arg("src", "10.0.0.1"), arg("dst", "10.0.0.2"), arg("src_port", 5), arg("dst_port", 6)],
      "flow",
      { src_port: 5, dst_port: 6, protocol: "tcp" },
    ],
    ["container_create", [arg("container_image", "nginx")], "container_start", {}],
    ["container_remove", [], "container_stop", {}],
    ["do_init_module", [arg("name", "rootkit")], "kernel_module", { module: "rootkit" }],
    ["cap_capable", [arg("cap", "CAP_SYS_ADMIN")], "capability_added", { capability: "CAP_SYS_ADMIN" }],
    ["switch_task_ns", [arg("new_mnt", 1)], "namespace_change", {}],
    ["security_bpf_prog", [], "bpf_program", {}],
    ["tracee_info", [], "sensor.status", {}],
  ])("reads %s with %j", (name, args, type, details) => {
    expect(readOne(event(name, args))).toMatchObject({ type, details });
  });

  it("tells several names that one packet asks for", () => {
    const questions = [{ name: "a.example" }, { name: "b.example" }, { name: "a.example" }];
    const read = readOne(event("net_packet_dns", [arg("proto_dns", { QR: 0, questions })]));
    expect(read).toMatchObject({ type: "dns_query", details: { domain: ["a.example", "b.example"] } });
  });

  it("has one id for each event, whatever way it came", () => {
    const { id } = readOne(event("ptrace"));
    expect(readOne(event("ptrace", [arg("x", 1)], { cgroupId: 5 })).id).toBe(id);
    expect(readOne(event("ptrace", [], { eventId: "701" })).id).not.toBe(id);
    expect(readOne(event("ptrace", [], { hostThreadId: 1 })).id).not.toBe(id);
    expect(readOne(event("ptrace").replace("123456789", "123456788")).id).not.toBe(id);
  });

  test.each<[string, object]>([
    ["arguments", { args: { a: 1 } }],
    [
      "argument",
      {
        args: [
          null,
          1,
          { name: 7 },
          { name: "metadata", value: [] },
          { name: "proto_dns", value: { questions: 1 } },
          { name: "addr", value: "x" },
        ],
      },
    ],
    [
      "name of an argument",
      {
        args: [
          { name: "__proto__", value: { src_ip: "1.2.3.4" } },
          { name: "constructor", value: 1 },
        ],
      },
    ],
    [
      "context",
      { container: [], kubernetes: "x", executable: null, metadata: [1], matchedPolicies: { a: 1 } },
    ],
  ])("bears a strange %s", (_, said) => {
    const read = readOne(event("net_packet_dns", [], said));
    expect(read.source).toBe("tracee");
    expect(read.details).not.toHaveProperty("src_ip");
  });
});

const recording = "tracee/docs-events.jsonl";

/** Lines from to, type, and what they tell; every line of the recording is in one row. */
type Row = readonly [lines: string, type: string, details: object];
const vlc = {
  process_name: "vlc",
  pid: 1014858,
  uid: 1000,
  src_ip: "192.168.200.50",
  src_port: 40020,
  dst_ip: "70.42.73.30",
  dst_port: 80,
  protocol: "tcp",
};
const resolver = { process_name: "systemd-resolve", pid: 472, uid: 976 };
const asked = { direction: "request", dst_port: 53 };
const answered = { direction: "response", src_port: 53 };
const inform = {
  process_name: /^inform-16[14]$/,
  pid: 691018,
  uid: 0,
  src_ip: "172.17.0.2",
  src_port: 8080,
  status_code: 200,
};
const fd = (n: 1 | 2) => `fd12:3456:789a::${n}`;
const lan = (n: 1 | 193) => `10.157.254.${n}`;
const six = (n: 1 | 2) => `fd6e:a63d:71f:2000::${n}`;
const exa = { process_name: "exa", access: "read", syscall: "openat" };
const loader = "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2";
const rows: readonly Row[] = [
  ["1-4", "network_packet", vlc],
  [
    "5-6",
    "dns_response",
    { ...resolver, ...answered, domain: "www.zip.net", src_ip: "8.8.8.8", dst_ip: "192.168.200.50" },
  ],
  ["7", "dns_response", { ...resolver, ...answered, domain: "amazonas.uol.com.br" }],
  ["8", "dns_response", { ...resolver, ...answered, domain: "53.100.147.200.in-addr.arpa" }],
  [
    "9",
    "tracee.mine",
    { process_name: "zsh", rule: "mine", message: "My Own Signature Detects Stuff", return_value: 11 },
  ],
  [
    "10",
    "file_write",
    { process_name: "bash", pid: 2578238, file: "/tmp/testing.txt", access: "write", syscall: "openat" },
  ],
  [
    "11",
    "tracee.openat",
    { process_name: "bash", file: "/tmp/testing.txt", access: "write", return_value: 3 },
  ],
  [
    "12-13",
    "tracee.vfs_read",
    { process_name: "cat", pid: 184128, uid: 0, parent_pid: 148293, syscall: "read" },
  ],
  ["14", "tracee.clone", { process_name: "bash", syscall: "clone", return_value: 3331757 }],
  ["15", "tracee.close", { process_name: "bash", syscall: "close", return_value: 0 }],
  [
    "16",
    "file_access",
    { process_name: "systemd-oomd", pid: 676, uid: 131, file: "/proc/meminfo", access: "read" },
  ],
  [
    "17",
    "tracee.execve",
    {
      process_name: "cri-dockerd",
      pid: 3242201,
      file: "/opt/cni/bin/bridge",
      command_line: "/opt/cni/bin/bridge",
      policy: ["execve_event"],
    },
  ],
  [
    "18",
    "dns_query",
    {
      ...asked,
      process_name: "isc-net-0000",
      pid: 1053474,
      src_ip: "127.0.0.1",
      dst_ip: "127.0.0.53",
      domain: "www.uol.com.br",
    },
  ],
  ["19", "dns_query", { ...resolver, ...asked, dst_ip: "8.8.8.8", domain: "www.uol.com.br" }],
  ["20", "dns_query", { ...resolver, ...asked, dst_ip: "1.1.1.1", domain: "www.uol.com.br" }],
  ["21-22", "dns_response", { ...resolver, ...answered, domain: "www.uol.com.br" }],
  ["23", "dns_response", { ...answered, process_name: "isc-net-0000", domain: "www.uol.com.br" }],
  ["24", "dns_query", { ...asked, process_name: "isc-net-0000", domain: "dftex7xfha8fh.cloudfront.net" }],
  [
    "25-26",
    "dns_query",
    {
      ...resolver,
      src_ip: "192.168.200.50",
      dst_ip: "8.8.8.8",
      dst_port: 53,
      protocol: "udp",
      domain: "www.zip.net",
    },
  ],
  [
    "27",
    "dns_query",
    { ...resolver, dst_ip: "1.1.1.1", dst_port: 53, protocol: "udp", domain: "www.zip.net" },
  ],
  [
    "28",
    "dns_response",
    { ...resolver, src_ip: "1.1.1.1", src_port: 53, domain: "www.zip.net", resolved_ip: "200.147.100.53" },
  ],
  ["29-30", "dns_response", { ...resolver, src_ip: "8.8.8.8", src_port: 53, domain: "www.zip.net" }],
  ["31", "http_response", { ...inform, dst_ip: "192.168.100.11", dst_port: 46348 }],
  [
    "32",
    "http_request",
    {
      process_name: "curl",
      domain: "www.google.com",
      url: "http://www.google.com/",
      http_method: "GET",
      dst_ip: "142.251.128.68",
      dst_port: 80,
    },
  ],
  ["33", "http_response", { process_name: "curl", src_ip: "142.251.128.68", src_port: 80 }],
  ["34", "http_response", { ...inform, dst_ip: "192.168.100.13", dst_port: 35830 }],
  ["35", "http_response", { ...inform, dst_ip: "192.168.100.12", dst_port: 51430 }],
  [
    "36",
    "http_request",
    {
      process_name: "curl",
      protocol: "tcp",
      domain: "www.google.com",
      user_agent: "curl/8.3.0",
      dst_ip: "142.251.129.36",
    },
  ],
  ["37", "http_request", { process_name: "Chrome_ChildIOT", src_ip: "::1", dst_ip: "::1", dst_port: 8000 }],
  [
    "38",
    "http_request",
    { process_name: "docker-proxy", pid: 1022747, dst_ip: "172.17.0.3", dst_port: 8000 },
  ],
  ["39", "http_request", { process_name: "curl", dst_ip: "95.217.163.246", dst_port: 80 }],
  ["40", "http_response", { ...inform, protocol: "tcp", dst_ip: "192.168.100.16", dst_port: 50322 }],
  ["41", "http_response", { process_name: "curl", src_ip: "142.251.132.36", src_port: 80 }],
  ["42", "http_response", { ...inform, dst_ip: "192.168.100.12", dst_port: 51420 }],
  ["43", "http_response", { ...inform, dst_ip: "192.168.100.15", dst_port: 58612 }],
  [
    "44,46,48",
    "network_packet",
    { process_name: "ping", pid: 1094692, protocol: "icmp", src_ip: "192.168.200.50", dst_ip: "8.8.8.8" },
  ],
  [
    "45,47,49",
    "network_packet",
    { process_name: "ping", protocol: "icmp", src_ip: "8.8.8.8", dst_ip: "192.168.200.50" },
  ],
  [
    "50-55",
    "network_packet",
    { process_name: "ping", pid: 1099372, protocol: "icmpv6", src_ip: fd(2), dst_ip: fd(2) },
  ],
  [
    "56,59-60",
    "network_packet",
    { process_name: "nc", pid: 1103574, src_ip: "10.10.11.2", dst_ip: "10.10.11.2" },
  ],
  [
    "57-58,61",
    "network_packet",
    { process_name: "nc", pid: 1103525, src_ip: "10.10.11.2", dst_ip: "10.10.11.2" },
  ],
  ["62,65,67", "network_packet", { process_name: "nc", pid: 1105201, src_ip: fd(1), dst_ip: fd(2) }],
  ["63,66", "network_packet", { process_name: "nc", pid: 1105169, src_ip: fd(1), dst_ip: fd(2) }],
  ["64", "network_packet", { process_name: "nc", pid: 1105201, src_ip: fd(2), dst_ip: fd(1) }],
  [
    "68",
    "network_packet",
    {
      process_name: "nc",
      pid: 1107258,
      protocol: "tcp",
      src_ip: fd(2),
      src_port: 8080,
      dst_ip: fd(1),
      dst_port: 55013,
    },
  ],
  ["69,71,73", "network_packet", { pid: 1107603, protocol: "tcp", src_port: 8080, dst_port: 49963 }],
  ["70,72", "network_packet", { pid: 1107548, protocol: "tcp", src_port: 8080, dst_port: 49963 }],
  [
    "74-75,77",
    "network_packet",
    { pid: 1108786, protocol: "udp", src_ip: fd(2), src_port: 8080, dst_port: 37294 },
  ],
  [
    "76,78",
    "network_packet",
    { pid: 1108865, protocol: "udp", src_ip: fd(2), src_port: 8080, dst_port: 37294 },
  ],
  ["79,81-82,85", "network_packet", { process_name: "nc", pid: 3120261, src_ip: lan(1), dst_ip: lan(193) }],
  ["80,83-84", "network_packet", { process_name: "nc", pid: 3120261, src_ip: lan(193), dst_ip: lan(1) }],
  ["86,88-89,92", "network_packet", { pid: 3141206, src_ip: six(1), dst_ip: six(2) }],
  ["87,90-91", "network_packet", { pid: 3141206, src_ip: six(2), dst_ip: six(1) }],
  [
    "93,95-96,99",
    "network_packet",
    { pid: 3156273, protocol: "tcp", src_ip: lan(1), src_port: 51594, dst_ip: lan(193), dst_port: 8090 },
  ],
  [
    "94,97-98",
    "network_packet",
    { pid: 3156273, protocol: "tcp", src_ip: lan(193), src_port: 8090, dst_ip: lan(1), dst_port: 51594 },
  ],
  ["100", "network_packet", { pid: 3160590, protocol: "udp", src_ip: lan(1), dst_ip: lan(193) }],
  ["101", "network_packet", { pid: 3160590, protocol: "udp", src_ip: lan(193), dst_ip: lan(1) }],
  ["102", "network_packet", { process_name: "ping", protocol: "icmp", src_ip: lan(1), dst_ip: lan(193) }],
  ["103", "network_packet", { process_name: "ping", protocol: "icmp", src_ip: lan(193), dst_ip: lan(1) }],
  ["104", "network_packet", { process_name: "ping", protocol: "icmpv6", src_ip: six(1), dst_ip: six(2) }],
  ["105", "network_packet", { process_name: "ping", protocol: "icmpv6", src_ip: six(2), dst_ip: six(1) }],
  ["106", "dns_query", { ...asked, pid: 3179904, domain: "www.uol.com.br" }],
  ["107", "dns_response", { ...answered, pid: 3179904, domain: "www.uol.com.br" }],
  ["108", "dns_query", { ...asked, pid: 3183907, domain: "uol.com.br" }],
  ["109", "dns_response", { ...answered, pid: 3183907, domain: "uol.com.br" }],
  [
    "110",
    "dns_query",
    {
      process_name: "isc-net-0000",
      pid: 3200575,
      dst_ip: "127.0.0.53",
      dst_port: 53,
      domain: "www.uol.com.br",
    },
  ],
  // Tracee calls it a request though it comes from the resolver.
  ["111", "dns_query", { pid: 3200575, src_ip: "127.0.0.53", src_port: 53, domain: "www.uol.com.br" }],
  [
    "112",
    "dns_response",
    {
      pid: 3203040,
      domain: "www.uol.com.br",
      resolved_ip: ["65.8.214.126", "65.8.214.70", "65.8.214.49", "65.8.214.78"],
    },
  ],
  [
    "113-115",
    "network_packet",
    { process_name: "w3m", protocol: "tcp", src_port: 46594, dst_ip: "200.147.3.157", dst_port: 80 },
  ],
  ["116-119", "dns_response", { ...answered, pid: 1016, uid: 104, domain: "github.com" }],
  [
    "120",
    "dns_response",
    { ...answered, pid: 1016, domain: "star-actions-githubusercontent-com.l-0007.l-msedge.net" },
  ],
  ["121", "dns_response", { ...answered, pid: 1016, domain: "l-0007.l-msedge.net" }],
  ["122-123", "dns_response", { ...answered, pid: 1016, domain: "pipelines.actions.githubusercontent.com" }],
  ["124-125", "dns_response", { ...answered, pid: 1016, domain: "mx.uol.com.br" }],
  ["126,128", "tracee.openat", { ...exa, file: "/etc/ld.so.cache" }],
  ["130", "tracee.openat", { process_name: "exa", pid: 1948212, file: "/etc/ld.so.cache", access: "read" }],
  ["127,129", "tracee.openat", { ...exa, file: "/lib/x86_64-linux-gnu/libgcc_s.so.1" }],
  ["131,149", "file_access", { process_name: "bash", pid: 2045288, file: "/usr/bin/exa", access: "read" }],
  ["132,150", "file_access", { process_name: "bash", pid: 2045288, file: loader, access: "read" }],
  ["133,151", "tracee.read", { process_name: "cat", pid: 239413, file: "/etc/locale.alias" }],
  ["134,152", "tracee.read", { process_name: "cat", pid: 239413, file: "/etc/passwd" }],
  ["135,153", "tracee.execve", { process_name: "bash", file: "/bin/ls", command_line: "ls" }],
  [
    "136,154",
    "process_start",
    {
      process_name: "exa",
      exe: "/usr/bin/exa",
      file: "/usr/bin/exa",
      command_line: "exa --color=auto",
      process_args: "--color=auto",
      parent_pid: 2578238,
    },
  ],
  [
    "137",
    "tracee.anti_debugging_detected",
    {
      process_name: "strace",
      rule: "Anti-Debugging detected",
      mitre_tactic: "defense-evasion",
      mitre_technique: "T1622",
    },
  ],
  ["138", "tracee.mine", { process_name: "terminator", rule: "mine", return_value: 10 }],
  ["139", "file_write", { process_name: "bash", file: "/tmp/testing.txt", access: "write" }],
  ["140", "tracee.openat", { file: "/tmp/testing.txt", access: "write" }],
  ["141", "tracee.clone", { process_name: "bash", return_value: 3331757 }],
  ["142", "tracee.close", { process_name: "bash" }],
  ["143,145", "tracee.openat", { file: "/etc/ld.so.cache" }],
  ["144,146", "tracee.openat", { file: "/lib/x86_64-linux-gnu/libgcc_s.so.1" }],
  ["147", "file_access", { pid: 1986397, file: "/usr/bin/exa", access: "read" }],
  ["148", "file_access", { pid: 1986397, file: loader, access: "read" }],
];

const inContainer = [31, 34, 35, 40, 42, 43];
/** Line → milliseconds, for some of each kind. */
const times: Readonly<Record<number, number>> = {
  1: 1696255674450,
  5: 1696255744257,
  9: 1680191445996,
  12: 1685285181028,
  17: 1684688250477,
  31: 1696269931297,
  56: 1696271464003,
  110: 1671043215487,
  128: 1657291487418,
  136: 1657295236470,
  137: 1680119087787,
  147: 1657291989963,
};
/** The same event, printed by two versions of the documentation. */
const twice = [
  [10, 139],
  [11, 140],
  [14, 141],
  [15, 142],
  [126, 143],
  [127, 144],
  [128, 145],
  [129, 146],
  [131, 149],
  [132, 150],
  [133, 151],
  [134, 152],
  [135, 153],
  [136, 154],
] as const;

/** `1-3,7` → 1, 2, 3, 7. */
function numbers(ranges: string): readonly number[] {
  return ranges.split(",").flatMap((range) => {
    const [from, to = from] = range.split("-").map(Number) as [number, number?];
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

describeWithRecordings([recording], "tracee, recorded events", () => {
  const lines = linesOf(recording);
  const each = rows.flatMap(([ranges, type, details]) =>
    numbers(ranges).map((line) => [line, type, details] as const),
  );

  test.each(each)(
    "line %i is %s",
    (line, type, { process_name, ...details }: { process_name?: string | RegExp }) => {
      const event = readOne(lines[line - 1]);
      expect(event).toMatchObject({ type, source: "tracee", details });
      if (process_name !== undefined) expect(event.details.process_name).toMatch(process_name);
      expect(event.severity).toBe(line === 137 ? "low" : "info");
      // 48 answers are more than an event may hold: some go, and the event says so.
      const cut = line === 8 ? { cut: { fields: expect.any(Number) } } : {};
      expect(event.enrichment).toEqual({ user: String(event.details.userId), ...cut });
      expect(event.container_id).toBe(
        inContainer.includes(line)
          ? "95e88e281c4b47994e0d17ac74b83761fbc3ea570c3f1d4b98b6501ecc00dd84"
          : null,
      );
      if (times[line] !== undefined) expect(event.timestamp).toBe(times[line]);
      // Nanoseconds keep their digits.
      expect(lines[line - 1]).toContain(`"timestamp":${event.details.timestamp}`);
    },
  );

  it("are all told", () => {
    expect(each.map(([line]) => line).sort((a, b) => a - b)).toEqual(lines.map((_, index) => index + 1));
  });

  it("have as many ids as there are events", () => {
    const ids = lines.flatMap((line) => read(line)).map(({ id }) => id);
    for (const [one, other] of twice) expect(ids[one - 1]).toBe(ids[other - 1]);
    expect(new Set(ids).size).toBe(lines.length - twice.length);
  });
});
