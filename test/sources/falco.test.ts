import { describe, expect, it, test } from "vitest";
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
        tty: 34816,
        ancestors: ["runc"],
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
    expect(severity("constructor")).toBe("info");
  });

  it("calls an event by its rule, else by its tags, else by the rule's own name", () => {
    const type = (fields: object) => readOne({ ...alert, ...fields }).type;
    expect(type({ rule: "Change thread namespace", tags: ["mitre_privilege_escalation"] })).toBe(
      "namespace_change",
    );
    expect(type({ rule: "Our own", tags: ["mitre_privilege_escalation"] })).toBe("privilege_escalation");
    expect(type({ rule: "Terminal shell in container" })).toBe("shell_in_container");
    expect(type({ rule: "Write below root" })).toBe("falco.write_below_root");
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
      type: "exec_into_pod",
      source: "falco:k8s_audit",
      container_id: null,
    });
  });

  it("refuses output_fields that are no map", () => {
    expect(reasonOf(() => read({ ...alert, output_fields: [1] }))).toBe("invalid-field");
  });
});

describe("falco, plain names", () => {
  it("name the process, those above it and its user", () => {
    const { details } = readOne(
      withFields({
        "proc.exepath": "/usr/bin/cat",
        "proc.cmdline": "cat /etc/shadow",
        "proc.args": "/etc/shadow",
        "proc.cwd": "/root/",
        "proc.pid": 42,
        "proc.ppid": 41,
        "proc.pname": "sudo",
        "proc.pexepath": "/usr/bin/sudo",
        "proc.pcmdline": "sudo cat /etc/shadow",
        "proc.aname[2]": "zsh",
        "proc.aname[3]": null,
        "proc.aname[4]": "sshd",
        "user.uid": 0,
        "user.loginuid": 1000,
        "evt.type": "openat",
      }),
    );
    expect(details).toMatchObject({
      exe: "/usr/bin/cat",
      binary: "/usr/bin/cat",
      command_line: "cat /etc/shadow",
      cmdline: "cat /etc/shadow",
      process_args: "/etc/shadow",
      cwd: "/root/",
      pid: 42,
      parent_pid: 41,
      parent_process_name: "sudo",
      parent_exe: "/usr/bin/sudo",
      parent_command_line: "sudo cat /etc/shadow",
      ancestors: ["sudo", "zsh", "sshd"],
      uid: 0,
      loginuid: 1000,
      syscall: "openat",
    });
  });

  it("take what stands for no login or no terminal for nothing", () => {
    for (const loginuid of [-1, 4294967295, "-1", null]) {
      const { details } = readOne(withFields({ "user.loginuid": loginuid, "proc.tty": 0 }));
      expect(details).not.toHaveProperty("loginuid");
      expect(details).not.toHaveProperty("tty");
    }
  });

  it("are found with other brackets and with underscores for dots", () => {
    const { "proc.aname[2]": _, ...fields } = alert.output_fields;
    const replaced = {
      ...fields,
      "proc.aname_2_": "zsh",
      "proc.aname(3)": "sshd",
      "ka.uri.param{command}": "id",
    };
    expect(readOne({ ...alert, output_fields: replaced }).details).toMatchObject({
      ancestors: ["zsh", "sshd"],
      command: "id",
    });
    const flat = Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [key.replaceAll(".", "_"), value]),
    );
    const { container_id, details, enrichment } = readOne({ ...alert, output_fields: flat });
    expect({ container_id, ...details, ...enrichment }).toMatchObject({
      container_id: "9bd4ecf1a2c3",
      process_name: "cat",
      file: "/etc/shadow",
      pod: "web-1",
      image: "docker.io/library/nginx:1.27",
    });
  });

  it("tell the ends of a connection and its name", () => {
    const fields = {
      "fd.name": "10.0.0.1:5000->203.0.113.7:443",
      "fd.l4proto": "tcp",
      "fd.rip.name": "example.org",
      "fd.sip.name": "example.org",
    };
    expect(readOne(withFields(fields)).details).toMatchObject({
      src_ip: "10.0.0.1",
      src_port: 5000,
      dst_ip: "203.0.113.7",
      dst_port: 443,
      protocol: "tcp",
      domain: "example.org",
    });
    expect(
      readOne(withFields({ "fd.sip.name": "a.example", "fd.rip.name": "b.example" })).details.domain,
    ).toEqual(["b.example", "a.example"]);
  });

  it("tell a request to the Kubernetes API, the last address being the caller's", () => {
    const fields = {
      "ka.verb": "create",
      "ka.target.resource": "pods",
      "ka.target.subresource": "exec",
      "ka.response.code": "101",
      "ka.uri": "/api/v1/x",
      "ka.useragent": "kubectl/v1.30",
      "ka.sourceips": ["1.1.1.1", "203.0.113.7"],
      "ka.uri.param[command]": "sh",
    };
    expect(readOne({ ...alert, source: "k8s_audit", output_fields: fields }).details).toMatchObject({
      verb: "create",
      resource: "pods",
      subresource: "exec",
      response_code: 101,
      request_uri: "/api/v1/x",
      user_agent: "kubectl/v1.30",
      src_ip: "203.0.113.7",
      command: "sh",
    });
    const listed = { ...fields, "ka.sourceips": "1.1.1.1, 203.0.113.8" };
    expect(readOne({ ...alert, output_fields: listed }).details.src_ip).toBe("203.0.113.8");
  });

  it("come before what the alert says under the same key", () => {
    expect(readOne(withFields({ process_name: "forged" })).details.process_name).toBe("cat");
  });
});

describe("falco, fields only in the output", () => {
  const degraded = (output: string, fields: object = { evt_time: 1 }) => ({
    ...alert,
    output,
    output_fields: fields,
  });
  const text =
    "10:00:00.1: Warning Sensitive file opened for reading by non-trusted program | file=/etc/shadow gparent=sudo ggparent=zsh evt_type=openat user=root user_uid=0 user_loginuid=1000 process=cat proc_exepath=/usr/bin/cat parent=bash command=cat -n /etc/shadow terminal=34820 container_id=5892b41bcf46 container_name=web container_image_repository=nginx container_image_tag=1.27 k8s_pod_name=web-1 k8s_ns_name=shop";

  it("are read from it", () => {
    const event = readOne(degraded(text));
    expect(event).toMatchObject({
      container_id: "5892b41bcf46",
      type: "sensitive_file_access",
      details: {
        file: "/etc/shadow",
        process_name: "cat",
        exe: "/usr/bin/cat",
        command_line: "cat -n /etc/shadow",
        ancestors: ["bash", "sudo", "zsh"],
        uid: 0,
        loginuid: 1000,
        tty: 34820,
        syscall: "openat",
        fields_from_output: true,
        evt_time: 1,
        "proc.cmdline": "cat -n /etc/shadow",
      },
      enrichment: {
        namespace: "shop",
        pod: "web-1",
        image: "nginx:1.27",
        user: "root",
        container_name: "web",
      },
    });
  });

  it("are read from older outputs, in brackets and after them", () => {
    const old =
      "23:39:44.8: Notice A shell was spawned (user=root user_loginuid=-1 k8s.ns=default k8s.pod=alpine container=5892b41bcf46 shell=sh parent=<NA> cmdline=sh -c clear; (bash || sh) terminal=34817 container_id=5892b41bcf46 image=alpine) k8s.ns=default k8s.pod=alpine-2 container=5892b41bcf46";
    const { container_id, details, enrichment } = readOne(degraded(old, {}));
    expect(container_id).toBe("5892b41bcf46");
    expect(details).toMatchObject({
      process_name: "sh",
      command_line: "sh -c clear; (bash || sh)",
      tty: 34817,
    });
    expect(details).not.toHaveProperty("loginuid");
    expect(details).not.toHaveProperty("parent_process_name");
    expect(enrichment).toMatchObject({ namespace: "default", pod: "alpine-2", image: "alpine" });
  });

  it("are read of Kubernetes audit as well", () => {
    const output =
      "Notice Attach/Exec to pod (user=ann pod=web-1 resource=pods ns=shop action=exec command=sh -c id)";
    const { details, enrichment } = readOne({
      ...degraded(output, {}),
      source: "k8s_audit",
      rule: "Attach/Exec Pod",
    });
    expect(details).toMatchObject({ resource: "pods", subresource: "exec", command: "sh -c id" });
    expect(enrichment).toMatchObject({ user: "ann", namespace: "shop", pod: "web-1" });
  });

  it("cannot be forged by a command line that looks like more of them", () => {
    const forged = text.replace(
      "cat -n /etc/shadow terminal",
      "sh user=ann container_id=000000000000 k8s_ns_name=kube-system terminal",
    );
    const { container_id, enrichment } = readOne(degraded(forged));
    expect(container_id).toBe("5892b41bcf46");
    expect(enrichment).toMatchObject({ user: "root", namespace: "shop" });
  });

  it("are not asked for where there are fields", () => {
    const { details } = readOne({ ...alert, output: text });
    expect(details).not.toHaveProperty("fields_from_output");
    expect(details.command_line).toBeUndefined();
  });

  it("are read where Falco leaves output_fields out", () => {
    const { output_fields: _, ...without } = degraded(text);
    expect(readOne(without)).toMatchObject({ source: "falco:syscall", container_id: "5892b41bcf46" });
  });

  it("lie at both ends of what is very long", () => {
    const long = text.replace("cat -n /etc/shadow", `cat ${"a=".repeat(100_000)}`);
    expect(readOne(degraded(long))).toMatchObject({
      container_id: "5892b41bcf46",
      enrichment: { user: "root" },
    });
  });
});

describe("falco, what it says of itself", () => {
  const internal = (rule: string, fields: object) => ({
    ...alert,
    rule,
    source: "internal",
    priority: "Informational",
    output_fields: fields,
  });

  it("comes with its numbers", () => {
    const fields = {
      "scap.n_drops": 5,
      "scap.n_drops_prev": 5,
      "scap.n_drops_perc": 0,
      "falco.num_evts": 100,
      "falco.num_evts_prev": 40,
      "falco.version": "0.41.0",
      "falco.outputs_queue_num_drops": 3,
    };
    expect(readOne(internal("Falco internal: metrics snapshot", fields))).toMatchObject({
      type: "sensor.metrics",
      severity: "info",
      container_id: null,
      details: {
        dropped: 0,
        dropped_total: 5,
        events: 60,
        events_total: 100,
        queue_dropped_total: 3,
        sensor_version: "0.41.0",
      },
      enrichment: { node: "node-1" },
    });
  });

  it("counts once more as drops where events were lost since the snapshot before", () => {
    const fields = { "scap.n_drops": "12", "scap.n_drops_prev": 5 };
    const snapshot = internal("Falco internal: metrics snapshot", fields);
    const [metrics, drops, ...more] = read(snapshot);
    expect(more).toEqual([]);
    expect(metrics).toMatchObject({ type: "sensor.metrics", details: { dropped: 7 } });
    expect(drops).toMatchObject({
      type: "sensor.drops",
      severity: "medium",
      timestamp: metrics?.timestamp,
      details: { dropped: 7 },
      enrichment: { node: "node-1" },
    });
    expect(drops?.id).not.toBe(metrics?.id);
    expect(read(snapshot).map(({ id }) => id)).toEqual([metrics?.id, drops?.id]);
    // A restart sets counters back.
    expect(
      read(internal("Falco internal: metrics snapshot", { "scap.n_drops": 1, "scap.n_drops_prev": 5 })),
    ).toHaveLength(1);
    expect(read(internal("Falco internal: metrics snapshot", { "scap.n_drops_perc": 0.5 }))).toHaveLength(2);
  });

  it("tells of drops and of restarts", () => {
    expect(
      readOne(internal("Falco internal: syscall event drop", { n_drops: "34", n_evts: 1000 })),
    ).toMatchObject({
      type: "sensor.drops",
      details: { dropped: 34, events: 1000 },
    });
    expect(readOne(internal("Falco internal: hot restart failure", {})).type).toBe("sensor.status");
  });
});

const recordings = ["falco/website-alerts.jsonl", "falco/plugins-readme-alerts.jsonl"] as const;
const [website, plugins] = recordings;

type Row = readonly [
  file: string,
  line: number,
  type: string,
  severity: string,
  time: string,
  container: string | null,
  source: string,
  enrichment: object,
  details: object,
];
const ovh = { node: "my-pool-1-node-921b61" };
const eks = { node: "falco-k8saudit-eks-96d7f6f99-vwjgc", namespace: "default" };
const shell = { process_name: "sh", command_line: "sh -c uptime", parent_process_name: "runc", tty: 34816 };
const alpine = { namespace: "default", pod: "alpine", user: "root", image: "alpine" };
const rows: readonly Row[] = [
  [
    website,
    1,
    "falco.disallowed_k8s_user",
    "medium",
    "2025-02-10T09:15:40.698Z",
    null,
    "k8s_audit",
    { ...ovh, user: "csi-cinder-controller" },
    { verb: "patch", resource: "volumeattachments", response_code: 200 },
  ],
  [
    website,
    2,
    "falco.disallowed_k8s_user",
    "medium",
    "2025-02-10T09:15:57.508Z",
    null,
    "k8s_audit",
    { ...ovh, user: "yacht" },
    {
      verb: "patch",
      resource: "events",
      response_code: 403,
      request_uri: "/api/v1/namespaces/default/events/my-pool-1.18051c0a88716868",
    },
  ],
  [
    website,
    3,
    "falco.disallowed_k8s_user",
    "medium",
    "2025-02-10T09:15:57.807Z",
    null,
    "k8s_audit",
    { ...ovh, user: "yacht" },
    { verb: "update", resource: "nodepools", response_code: 200 },
  ],
  [
    website,
    4,
    "exec_into_pod",
    "low",
    "2025-02-10T09:29:46.302Z",
    null,
    "k8s_audit",
    { ...ovh, namespace: "hello-app", pod: "nginx-676b6c5bbc-4xc6t", user: "kubernetes-admin" },
    { resource: "pods", subresource: "exec", command: "cat" },
  ],
  [
    website,
    6,
    "falco.k8s_serviceaccount_created",
    "info",
    "2023-05-10T14:09:17.699Z",
    null,
    "k8s_audit",
    { ...eks, user: "system:node:ip-192-168-34-135.ec2.internal" },
    { resource: "serviceaccounts", response_code: 201 },
  ],
  [
    website,
    7,
    "exec_into_pod",
    "low",
    "2023-05-10T14:09:24.046Z",
    null,
    "k8s_audit",
    { ...eks, pod: "kubecon", user: "kubernetes-admin" },
    { subresource: "exec", command: "sh" },
  ],
  [
    website,
    8,
    "shell_in_container",
    "low",
    "2021-01-14T23:39:44.834Z",
    "5892b41bcf46",
    "syscall",
    { namespace: "default", pod: "alpine", user: "root" },
    { process_name: "sh", command_line: "sh", tty: 34817 },
  ],
  [
    website,
    9,
    "shell_in_container",
    "low",
    "2021-04-10T19:27:21.002Z",
    "97c9868ea832",
    "syscall",
    alpine,
    shell,
  ],
  [
    website,
    10,
    "k8s_api_contact",
    "low",
    "2021-04-10T19:27:21.038Z",
    "12fc4de5ccc3",
    "syscall",
    {
      namespace: "openfaas-fn",
      pod: "falco-pod-delete-7dc9f5fbb8-gbfk7",
      image: "devopps/falco-pod-delete:latest",
    },
    { command_line: "handler", src_ip: "172.17.0.9", src_port: 43812, dst_ip: "10.96.0.1", dst_port: 443 },
  ],
  [
    website,
    11,
    "shell_in_container",
    "low",
    "2021-01-11T23:46:19.823Z",
    "f29b261f8831",
    "syscall",
    { ...alpine, image: "mysql" },
    { process_name: "bash", command_line: "bash -il", parent_process_name: "runc" },
  ],
  [
    website,
    12,
    "shell_in_container",
    "low",
    "2021-05-02T20:24:10.361Z",
    "6ac7d190134e",
    "syscall",
    { ...alpine, namespace: "falcoresponse" },
    shell,
  ],
  [
    website,
    13,
    "shell_in_container",
    "low",
    "2021-06-13T19:35:58.532Z",
    "788861c3cf83",
    "syscall",
    { ...alpine, pod: "alpine-deployment-77789455d6-m7flp" },
    shell,
  ],
  [
    website,
    14,
    "shell_in_container",
    "low",
    "2021-07-21T10:36:32.750Z",
    "cbd3133ccac6",
    "syscall",
    alpine,
    shell,
  ],
  [
    website,
    15,
    "k8s_api_contact",
    "low",
    "2021-07-21T10:37:09.101Z",
    "281c99ea33c2",
    "syscall",
    {
      namespace: "fission-function",
      pod: "poolmgr-go-default-516098-5bdbf8c8f5-g8gvc",
      image: "fission/fetcher:1.13.1",
    },
    { dst_ip: "10.100.0.1", dst_port: 443, src_ip: "192.168.43.223" },
  ],
  [
    website,
    16,
    "sensor.metrics",
    "info",
    "2025-05-29T22:19:58.960Z",
    null,
    "internal",
    { node: "test" },
    { events: 36761, events_total: 276408, dropped_percent: 0, uptime_seconds: 80, sensor_version: "0.41.0" },
  ],
  [
    website,
    17,
    "sensor.metrics",
    "info",
    "2025-05-29T22:23:18.341Z",
    null,
    "internal",
    { node: "test" },
    { events: 11469, dropped_percent: 0 },
  ],
  [
    website,
    18,
    "sensor.metrics",
    "info",
    "2025-05-29T22:45:54.466Z",
    null,
    "internal",
    { node: "test" },
    { events: 49536, dropped: 0, dropped_total: 0, dropped_percent: 0 },
  ],
  [
    website,
    19,
    "sensor.metrics",
    "info",
    "2024-09-13T16:01:28.443Z",
    null,
    "internal",
    { node: "test" },
    { events: 1150, sensor_version: "0.39.0" },
  ],
  [
    website,
    20,
    "sensor.metrics",
    "info",
    "2025-05-29T22:59:39.193Z",
    null,
    "internal",
    { node: "test" },
    { events: 148280, events_per_second: 7425.3 },
  ],
  [
    website,
    21,
    "shell_in_container",
    "critical",
    "2023-05-25T13:44:05.478Z",
    "ee97d9c4186f",
    "syscall",
    {
      node: "falco-xczjd",
      namespace: "default",
      pod: "kubecon",
      user: "root",
      image: "docker.io/library/alpine",
    },
    {
      process_name: "sh",
      command_line: "sh -c clear; (bash || ash || sh)",
      tty: 34816,
      tags: ["container", "mitre_execution", "shell"],
    },
  ],
  [
    plugins,
    1,
    "sensitive_file_access",
    "medium",
    "2025-05-07T12:50:34.502Z",
    null,
    "syscall",
    { node: "x86", user: "root" },
    {
      process_name: "cat",
      exe: "/usr/bin/cat",
      command_line: "cat /etc/shadow",
      file: "/etc/shadow",
      ancestors: ["sudo", "sudo", "zsh", "kitty"],
      uid: 0,
      loginuid: 1000,
      tty: 34820,
      syscall: "openat",
    },
  ],
  [
    plugins,
    2,
    "falco.gcp_waf_rule_modified_or_deleted",
    "low",
    "2023-07-06T22:43:54.476Z",
    null,
    "gcp_auditlog",
    { node: "sherlock", user: "ahmed.amin@test.com" },
    { src_ip: "41.45.115.69", "gcp.projectId": "****" },
  ],
  [
    plugins,
    3,
    "falco.gcp_bucket_configured_to_be_public",
    "critical",
    "2023-06-30T00:36:21.780Z",
    null,
    "gcp_auditlog",
    { node: "sherlock", user: "ahmed.amin@test.com" },
    { src_ip: "156.204.230.94", "gcp.storage.bucket": "ahmed-test" },
  ],
  [
    plugins,
    4,
    "falco.gcp_waf_rule_modified_or_deleted",
    "low",
    "2023-04-22T23:36:49.223Z",
    null,
    "auditlogs",
    { node: "sherlock", user: "ahmed.amin@test.com" },
    { "al.principal.ip": "x.x.x.x" },
  ],
  [
    plugins,
    5,
    "falco.gcp_iam_serviceaccount_deleted",
    "low",
    "2023-06-29T23:48:23.599Z",
    null,
    "gcp_auditlog",
    { node: "sherlock-ThinkBook-15-G2-ITL", user: "ahmed.amin@test.com" },
    { src_ip: "156.204.230.94", tags: ["GCP", "IAM", "abuse-elevation-control-mechanism"] },
  ],
];

describeWithRecordings(recordings, "falco, recorded alerts", () => {
  const lines: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
    recordings.map((file) => [file, linesOf(file)]),
  );
  const line = (file: string, number: number) => lines[file]?.[number - 1] ?? "";

  test.each(rows)(
    "%s, line %i is %s",
    (file, number, type, severity, time, container, source, enrichment, details) => {
      const event = readOne(line(file, number));
      expect(event).toMatchObject({ type, severity, source: `falco:${source}`, details });
      expect(event.enrichment).toEqual(enrichment);
      expect(event.container_id).toBe(container);
      expect(new Date(event.timestamp).toISOString()).toBe(time);
      // Nanoseconds keep their digits.
      expect(line(file, number)).toContain(String(event.details["evt.time"]));
    },
  );

  it("are all told but one, whose time is none", () => {
    expect(reasonOf(() => read(line(website, 5)))).toBe("invalid-time");
    const told = rows.map(([file, number]) => `${file}:${number}`);
    const all = recordings.flatMap((file) => lines[file]?.map((_, index) => `${file}:${index + 1}`) ?? []);
    expect(new Set([...told, `${website}:5`])).toEqual(new Set(all));
    expect(told).toHaveLength(all.length - 1);
  });

  it("have as many ids as there are alerts", () => {
    expect(new Set(rows.map(([file, number]) => readOne(line(file, number)).id)).size).toBe(rows.length);
  });
});
