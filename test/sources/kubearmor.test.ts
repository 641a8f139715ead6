import { describe, expect, it } from "vitest";
import { readOne } from "./support.ts";

/** As getting-started/kubearmor_visibility.md of kubearmor/KubeArmor prints them, with other names. */
const alert = {
  Timestamp: 1647101470,
  UpdatedTime: "2022-03-12T16:11:10.296322Z",
  ClusterName: "prod-1",
  HostName: "node-1",
  NamespaceName: "shop",
  Owner: { Ref: "Deployment", Name: "web", Namespace: "shop" },
  PodName: "web-54dd4449df-992rm",
  Labels: "app=web",
  ContainerID: "6e0ecd721430180196ab982d08515a1f69c5eb86ec1dafd554d8ca7e0830047d",
  ContainerName: "web",
  ContainerImage:
    "wordpress:4.8-apache@sha256:6216f64ab88fc51d311e38c7f69ca3f9aaba621492b4f1fa93ddf63093768845",
  HostPID: 12297,
  PPID: 200,
  PID: 205,
  UID: 0,
  ParentProcessName: "/bin/bash",
  ProcessName: "/usr/bin/apt",
  PolicyName: "ksp-web-block-process",
  Severity: "3",
  Type: "MatchedPolicy",
  Source: "/bin/bash",
  Operation: "Process",
  Resource: "/usr/bin/apt update",
  Data: "syscall=SYS_EXECVE",
  Action: "Block",
  Result: "Permission denied",
};

const log = ({ Data = "", ...fields }: Record<string, unknown>) =>
  readOne({
    ...alert,
    PolicyName: "",
    Severity: "",
    Type: "ContainerLog",
    Result: "Passed",
    Data,
    ...fields,
  });

describe("kubearmor", () => {
  it("reads an alert", () => {
    expect(readOne(alert)).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      timestamp: Date.UTC(2022, 2, 12, 16, 11, 10, 296),
      container_id: alert.ContainerID,
      type: "kubearmor.ksp_web_block_process",
      severity: "low",
      source: "kubearmor",
      details: {
        ...alert,
        process_name: "apt",
        binary: "/usr/bin/apt",
        exe: "/usr/bin/apt",
        cmdline: "/usr/bin/apt update",
        command_line: "/usr/bin/apt update",
        pid: 205,
        parent_pid: 200,
        parent_process_name: "bash",
        parent_exe: "/bin/bash",
      },
      enrichment: {
        cluster: "prod-1",
        node: "node-1",
        namespace: "shop",
        pod: "web-54dd4449df-992rm",
        workload: "web",
        workload_kind: "Deployment",
        image: "wordpress:4.8-apache",
        image_digest: "sha256:6216f64ab88fc51d311e38c7f69ca3f9aaba621492b4f1fa93ddf63093768845",
        user: "0",
      },
    });
  });

  it("calls what passed by what it is, and what was blocked not", () => {
    expect(log({ Operation: "Process" }).type).toBe("process_start");
    expect(log({ Operation: "Process", Result: "Permission denied" }).type).toBe("kubearmor.process");
    const file = { Operation: "File", Resource: "/srv/x" };
    expect(log({ ...file, Data: "syscall=SYS_OPENAT fd=-100 flags=O_WRONLY|O_CREAT" })).toMatchObject({
      type: "file_write",
      details: { file: "/srv/x" },
      severity: "info",
    });
    expect(log({ ...file, Data: "syscall=SYS_OPENAT flags=O_RDONLY" }).type).toBe("kubearmor.file");
    expect(readOne({ ...alert, Operation: "File", Resource: "/etc/shadow" }).type).toBe(
      "sensitive_file_access",
    );
  });

  it("reads the far end of a connection, and who came", () => {
    const network = { Operation: "Network", Resource: "remoteip=10.96.0.1 port=443 protocol=TCP" };
    const made = log({ ...network, Data: "kprobe=tcp_connect domain=AF_INET" });
    expect(made).toMatchObject({
      type: "network_connection",
      details: { dst_ip: "10.96.0.1", dst_port: 443, protocol: "TCP" },
    });
    const accepted = log({ ...network, Data: "kprobe=tcp_accept domain=AF_INET" });
    expect(accepted).toMatchObject({ type: "kubearmor.network", details: { src_ip: "10.96.0.1" } });
    expect(accepted.details).not.toHaveProperty("dst_ip");
  });

  it("ranks the ten severities of a policy", () => {
    const severity = (Severity: unknown) => readOne({ ...alert, Severity }).severity;
    expect([1, "3", 4, "6", 7, "8", 9, "10", "0", "x", -1, null].map(severity)).toEqual(
      "low low medium medium high high critical critical info info info info".split(" "),
    );
  });

  it("takes placeholders for nothing", () => {
    const { enrichment } = readOne({
      ...alert,
      ClusterName: "Default",
      NamespaceName: "container_namespace",
      PodName: "",
      Owner: null,
    });
    expect(new Set(Object.keys(enrichment))).toEqual(new Set(["image", "image_digest", "node", "user"]));
  });

  it("has one id for each re-delivery, and others for what differs", () => {
    const { id } = readOne(alert);
    expect(readOne({ ...alert, ShippedBy: "x" }).id).toBe(id);
    for (const field of ["PID", "Resource", "UpdatedTime", "PolicyName"])
      expect(
        readOne({ ...alert, [field]: "1" }, { topic: "t", partition: 0, offset: 0, broker_time: 2e12 }).id,
      ).not.toBe(id);
  });

  it("reads strange content, and the seconds where the exact time is missing", () => {
    const odd = {
      Operation: "Network",
      NamespaceName: 7,
      Timestamp: 1647101470,
      Owner: [1],
      PID: { a: 1 },
      Resource: { a: 1 },
      ATags: [1, "a"],
    };
    expect(readOne(odd)).toMatchObject({
      type: "kubearmor.network",
      timestamp: 1647101470000,
      container_id: null,
      enrichment: {},
    });
    expect(readOne({ ...alert, PolicyName: "!!" }).type).toBe("kubearmor.event");
  });
});
