/** Records of producers and of the envelopes around them, by hand, with most of what each may hold. */
const pod = {
  spec: {
    hostPID: true,
    volumes: [{ hostPath: { path: "/etc" } }],
    containers: [{ image: "i", securityContext: { privileged: true, capabilities: { add: ["A"] } } }],
    template: { spec: {} },
  },
  metadata: { name: "p", managedFields: [] },
  rules: [{ verbs: ["*"], resources: ["pods"] }],
  roleRef: { name: "r" },
  subjects: [{ name: "s" }],
};
const audit = {
  kind: "Event",
  apiVersion: "audit.k8s.io/v1",
  auditID: "a",
  stage: "ResponseComplete",
  verb: "create",
  requestURI: "/x/exec?command=%zz&container=",
  user: { username: "ann", groups: ["g"] },
  impersonatedUser: { username: "bob" },
  sourceIPs: ["1.2.3.4"],
  objectRef: { resource: "pods", subresource: "exec", namespace: "n", name: "p" },
  responseStatus: { code: 200 },
  requestObject: pod,
  responseObject: pod,
  requestReceivedTimestamp: "2026-01-05T10:00:00Z",
  annotations: { "authorization.k8s.io/decision": "allow" },
};
const gke = {
  insertId: "i",
  timestamp: "2026-01-05T10:00:00Z",
  operation: { id: "o" },
  labels: { a: "b" },
  resource: { labels: { cluster_name: "c" } },
  protoPayload: {
    serviceName: "k8s.io",
    methodName: "io.k8s.core.v1.pods.create",
    resourceName: "core/v1/namespaces/n/pods/p/exec",
    authenticationInfo: { principalEmail: "ann", serviceAccountDelegationInfo: [{}] },
    authorizationInfo: [{ permission: "p" }],
    requestMetadata: { callerIp: "1.2.3.4" },
    request: pod,
    response: pod,
    status: { code: 7, message: "m" },
  },
};
const ocsf = {
  class_uid: 2004,
  activity_id: 1,
  severity_id: 4,
  status_id: 2,
  time: 1_767_607_200_000,
  metadata: { version: "1.3.0", uid: "u", product: { name: "p" } },
  actor: { user: { name: "u" }, process: { name: "p", pid: 1 } },
  process: { name: "p", parent_process: { name: "q" }, file: { path: "/x" } },
  finding_info: {
    title: "t",
    analytic: { name: "a" },
    attacks: [{ tactics: [{ name: "x" }], technique: { uid: "T1" } }],
  },
  evidences: [{ container: { uid: "c", image: { name: "i" } }, dst_endpoint: { ip: "1.2.3.4", port: 1 } }],
  api: { operation: "o", response: { code: 403 }, service: { name: "s" } },
  resources: [{ type: "secrets" }],
  query: { hostname: "h" },
  device: { hostname: "n" },
};
const sysdig = {
  id: "i",
  timestamp: 1_767_607_200_000,
  timestampRFC3339Nano: "2026-01-05T10:00:00Z",
  severity: 5,
  containerId: "c",
  content: { ruleName: "r", ruleTags: ["t"], output: "o", fields: { "proc.name": "p", "fd.name": "a->b" } },
  labels: { "kubernetes.workload.type": "constructor", "container.image.repo": "r" },
};
const value = (stringValue: string) => ({ key: "k8s.pod.name", value: { stringValue } });
const otlp = (body: object) => ({
  resourceLogs: [
    {
      resource: { attributes: [value("p")] },
      scopeLogs: [
        {
          logRecords: [
            {
              timeUnixNano: "1767607200000000000",
              severityText: "INFO",
              attributes: [value("q"), { key: "rule", value: { stringValue: "r" } }],
              body,
            },
          ],
        },
      ],
    },
  ],
});

/** One of each. */
export const samples: Readonly<Record<string, object>> = {
  audit,
  list: { kind: "EventList", items: [audit, audit] },
  gke,
  ocsf,
  sysdig,
  otlp: otlp({
    kvlistValue: {
      values: [value("v"), { key: "l", value: { arrayValue: { values: [{ intValue: "1" }] } } }],
    },
  }),
  "otlp with text": otlp({ stringValue: JSON.stringify(audit) }),
  aks: {
    records: [
      {
        time: "2026-01-05T10:00:00Z",
        resourceId: "/managedClusters/c",
        properties: { log: audit, pod: "p", containerID: "c" },
      },
    ],
  },
  kafka: { records: [{ value: Buffer.from(JSON.stringify(audit)).toString("base64") }, { value: audit }] },
  cloudevent: {
    specversion: "1.0",
    type: "t",
    source: "s",
    id: "i",
    time: "2026-01-05T10:00:00Z",
    data: audit,
  },
  "fluent-bit": { log: audit, date: 1.5, kubernetes: { pod_name: "p", docker_id: "d", host: "h" } },
  vector: {
    message: "m",
    timestamp: "2026-01-05T10:00:00Z",
    kubernetes: { pod_namespace: "n", container_id: "x://y" },
  },
  filebeat: {
    "@timestamp": "2026-01-05T10:00:00Z",
    agent: {},
    ecs: {},
    host: { name: "h" },
    container: { id: "c", image: { name: "i" } },
    kubernetes: { pod: { name: "p" }, node: { name: "n" }, deployment: { name: "d" } },
    event: { original: "{}" },
    message: "m",
  },
  docker: { log: "l\n", stream: "stdout", time: "2026-01-05T10:00:00Z", attrs: { a: "b" } },
};
