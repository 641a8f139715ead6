/** One record of every format that Corral reads, written by hand in the shapes that producers have. */

export interface Sample {
  /** What it is recognised as: envelopes, then the source. */
  readonly as: string;
  readonly value: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Events in it; default one. */
  readonly events?: number;
}

const time = "2026-01-05T10:00:00.123456789Z";
const ms = Date.parse("2026-01-05T10:00:00.123Z");
const container = "9bd4ecf1a2c3".padEnd(64, "0");

const native = { id: "native-1", type: "shell_in_container", timestamp: ms, container_id: container };
const falco = {
  rule: "Terminal shell in container",
  time,
  priority: "Notice",
  source: "syscall",
  output: "A shell was spawned",
  tags: ["container"],
  output_fields: { "container.id": "9bd4ecf1a2c3", "evt.time": "1767607200123456789", "proc.name": "bash" },
};
const audit = {
  kind: "Event",
  apiVersion: "audit.k8s.io/v1",
  level: "Metadata",
  auditID: "5f7c9a0e-0000-4000-8000-000000000001",
  stage: "ResponseComplete",
  verb: "delete",
  requestURI: "/api/v1/namespaces/shop/pods/web-1",
  user: { username: "ann", groups: ["system:authenticated"] },
  sourceIPs: ["203.0.113.9"],
  objectRef: { resource: "pods", namespace: "shop", name: "web-1" },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: "2026-01-05T10:00:00.123456Z",
};
const kubernetes = { pod_name: "web-1", namespace_name: "shop", host: "n1", container_name: "app" };

export const samples: readonly Sample[] = [
  { as: "native", value: native },
  { as: "falco", value: { uuid: "u-1", hostname: "n1", ...falco } },
  {
    as: "tetragon",
    value: {
      process_exec: {
        process: {
          exec_id: "bjE6MTox",
          pid: 7,
          uid: 0,
          binary: "/usr/bin/curl",
          arguments: "-s http://x",
          docker: container.slice(0, 31),
        },
        parent: { exec_id: "bjE6MDox", pid: 1, binary: "/bin/sh" },
      },
      node_name: "n1",
      time,
    },
  },
  {
    as: "tracee",
    value: {
      timestamp: "1767607200123456789",
      processId: 7,
      hostProcessId: 1007,
      userId: 0,
      processName: "curl",
      hostName: "9bd4ecf1a2c3",
      containerId: container,
      eventId: "2000",
      eventName: "net_packet_dns_request",
      args: [{ name: "dns_questions", type: "[]trace.DnsQueryData", value: [{ query: "pool.example" }] }],
    },
  },
  {
    as: "tracee-v1beta1",
    value: {
      timestamp: time,
      id: 59,
      name: "sched_process_exec",
      policies: { matched: ["default"] },
      workload: {
        process: { executable: { path: "/usr/bin/curl" }, pid: 7, thread: { name: "curl" } },
        container: { id: container, name: "app" },
        k8s: { pod: { name: "web-1" }, namespace: { name: "shop" } },
      },
      data: [],
    },
  },
  { as: "kubernetes-audit", value: audit },
  {
    as: "event-list > kubernetes-audit",
    value: {
      kind: "EventList",
      apiVersion: "audit.k8s.io/v1",
      items: [1, 2, 3].map((n) => ({ ...audit, auditID: `list-${n}` })),
    },
    events: 3,
  },
  {
    as: "aks-diagnostic > kubernetes-audit",
    value: {
      time,
      category: "kube-audit",
      operationName: "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read",
      properties: {
        log: JSON.stringify({ ...audit, auditID: "aks-1" }),
        pod: "kube-apiserver-1",
        stream: "stdout",
      },
    },
  },
  {
    as: "gke-audit",
    value: {
      insertId: "gke-1",
      logName: "projects/p/logs/cloudaudit.googleapis.com%2Factivity",
      timestamp: time,
      resource: { type: "k8s_cluster", labels: { cluster_name: "prod" } },
      protoPayload: {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        serviceName: "k8s.io",
        methodName: "io.k8s.core.v1.pods.delete",
        resourceName: "core/v1/namespaces/shop/pods/web-1",
        authenticationInfo: { principalEmail: "ann@example.com" },
        requestMetadata: { callerIp: "203.0.113.9" },
      },
    },
  },
  {
    as: "ocsf",
    value: {
      class_uid: 3002,
      category_uid: 3,
      activity_id: 1,
      type_uid: 300201,
      status_id: 2,
      severity_id: 3,
      time: ms,
      metadata: { version: "1.3.0", uid: "ocsf-1", product: { name: "idp" } },
      user: { name: "ann" },
      src_endpoint: { ip: "203.0.113.9" },
    },
  },
  {
    as: "sysdig",
    value: {
      id: "sysdig-1",
      timestamp: "1767607200123456789",
      severity: 4,
      source: "syscall",
      containerId: "9bd4ecf1a2c3",
      content: {
        ruleName: "Terminal shell in container",
        ruleTags: [],
        output: "A shell",
        fields: { "proc.name": "sh" },
      },
      labels: { "kubernetes.pod.name": "web-1" },
    },
  },
  {
    as: "kubearmor",
    value: {
      Timestamp: Math.floor(ms / 1000),
      UpdatedTime: "2026-01-05T10:00:00.123456Z",
      ClusterName: "prod",
      HostName: "n1",
      NamespaceName: "shop",
      PodName: "web-1",
      ContainerID: container,
      ProcessName: "/usr/bin/curl",
      Operation: "Process",
      Resource: "/usr/bin/curl",
      Action: "Block",
      Result: "Permission denied",
      PolicyName: "no-curl",
      Severity: "5",
      Type: "MatchedPolicy",
    },
  },
  {
    as: "docker",
    value: {
      Type: "container",
      Action: "die",
      Actor: { ID: container, Attributes: { image: "nginx:1.27", name: "web", exitCode: "137" } },
      time: Math.floor(ms / 1000),
      timeNano: "1767607200123456789",
    },
  },
  {
    as: "linux_audit",
    value: {
      ID: "1767607200.123:456",
      SYSCALL: {
        arch: "0xc000003e",
        syscall: 59,
        success: "yes",
        pid: 7,
        uid: 0,
        auid: 1000,
        comm: "curl",
        exe: "/usr/bin/curl",
      },
      EXECVE: { argc: 1, ARGV: ["curl"] },
    },
    events: 2,
  },
  {
    as: "fluent-bit > falco",
    value: {
      "@timestamp": ms / 1000,
      log: JSON.stringify({ ...falco, hostname: "fluent" }),
      kubernetes: { ...kubernetes, docker_id: container },
    },
  },
  {
    as: "vector > native",
    value: {
      file: "/var/log/pods/x.log",
      message: JSON.stringify({ ...native, id: "vector-1" }),
      source_type: "kubernetes_logs",
      stream: "stdout",
      timestamp: time,
      kubernetes: {
        pod_name: "web-1",
        pod_namespace: "shop",
        pod_node_name: "n1",
        container_id: `containerd://${container}`,
      },
    },
  },
  {
    as: "filebeat > sshd",
    value: {
      "@timestamp": "2026-01-05T10:00:00.123Z",
      "@metadata": { beat: "filebeat", version: "9.0.0" },
      message:
        "Jan  5 10:00:00 n1 sshd[411]: Failed password for invalid user bob from 203.0.113.9 port 40222 ssh2",
      agent: { type: "filebeat", version: "9.0.0" },
      host: { name: "n1" },
    },
  },
  {
    as: "docker-json-log > auditd",
    value: {
      log: 'type=USER_LOGIN msg=audit(1767607200.123:457): pid=9 uid=0 auid=4294967295 ses=4294967295 msg=\'op=login acct="root" exe="/usr/sbin/sshd" hostname=? addr=203.0.113.9 terminal=sshd res=failed\'\n',
      stream: "stdout",
      time,
    },
  },
  {
    as: "cloudevents-structured > falco",
    value: {
      specversion: "1.0",
      id: "ce-1",
      type: "falco.rule.output.v1",
      source: "https://falco.example",
      time,
      data: { ...falco, hostname: "structured" },
    },
    headers: { "content-type": "application/cloudevents+json" },
  },
  {
    as: "cloudevents-binary > native",
    value: { ...native, id: "binary-1" },
    headers: {
      ce_specversion: "1.0",
      ce_id: "ce-2",
      ce_type: "security.event",
      ce_source: "/sensor",
      "content-type": "application/json",
    },
  },
  {
    as: "otlp-logs > native",
    value: {
      resourceLogs: [
        {
          resource: { attributes: [{ key: "k8s.pod.name", value: { stringValue: "web-1" } }] },
          scopeLogs: [
            {
              logRecords: [1, 2].map((n) => ({
                timeUnixNano: "1767607200123456789",
                body: { stringValue: JSON.stringify({ ...native, id: `otlp-${n}` }) },
              })),
            },
          ],
        },
      ],
    },
    events: 2,
  },
  {
    as: "kafka-rest > native",
    value: {
      records: [1, 2].map((n) => ({
        key: null,
        value: Buffer.from(JSON.stringify({ ...native, id: `rest-${n}` })).toString("base64"),
      })),
    },
    events: 2,
  },
  { as: "unmapped", value: { what: "nobody knows", n: 1, time } },
];

/** The same record told again later, as another event: every id, and every time by so many milliseconds. */
export function variant({ value }: Sample, n: number): object {
  const suffix = `-v${n}`;
  const later = new Date(ms + n).toISOString().replace("Z", "456Z");
  const text = JSON.stringify(value)
    .replaceAll("2026-01-05T10:00:00.123", later.slice(0, 23))
    .replaceAll("1767607200123", String(ms + n))
    .replaceAll("1767607200.123", ((ms + n) / 1000).toFixed(3))
    .replaceAll(/(native|binary|otlp|rest|vector|ocsf|sysdig|gke|list|aks)-(\d)/g, `$1-$2${suffix}`)
    .replaceAll("000000000001", String(n).padStart(12, "0"));
  return JSON.parse(text) as object;
}
