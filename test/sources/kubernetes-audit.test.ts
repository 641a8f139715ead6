import { describe, expect, it } from "vitest";
import { describeWithRecordings, linesOf } from "./recordings.ts";
import { read, readOne } from "./support.ts";

const audit = {
  kind: "Event",
  apiVersion: "audit.k8s.io/v1",
  level: "Request",
  auditID: "a-1",
  stage: "ResponseComplete",
  requestURI: "/api/v1/namespaces/shop/pods/web-1",
  verb: "get",
  user: { username: "ann", groups: ["dev", "system:authenticated"] },
  sourceIPs: ["203.0.113.9", "10.0.0.7"],
  userAgent: "kubectl/v1.35",
  objectRef: { resource: "pods", namespace: "shop", name: "web-1", apiVersion: "v1" },
  responseStatus: { metadata: {}, code: 200 },
  requestReceivedTimestamp: "2026-01-05T10:00:00.123999Z",
  stageTimestamp: "2026-01-05T10:00:08.5Z",
  annotations: { "authorization.k8s.io/decision": "allow" },
};

/** A request to the API that went well, or as `more` says. */
const request = (verb: string, target: string, more: object = {}) => {
  const [resource, subresource] = target.split("/");
  const objectRef = { ...audit.objectRef, resource, ...(subresource === undefined ? {} : { subresource }) };
  return { ...audit, verb, objectRef, ...more };
};
const writes = (resource: string, requestObject: unknown, more: object = {}) =>
  request("create", resource, { requestObject, ...more });
const pod = (spec: object) => ({ kind: "Pod", metadata: { name: "web-1" }, spec });
const running = (securityContext: object) => ({
  containers: [{ name: "a", securityContext: {} }, { securityContext }],
});
const code = (code: number) => ({ responseStatus: { code } });

describe("kubernetes-audit", () => {
  it("reads an event", () => {
    const { user, ...said } = audit;
    expect(readOne(audit)).toEqual({
      id: "a-1:ResponseComplete",
      timestamp: Date.UTC(2026, 0, 5, 10, 0, 0, 123),
      container_id: null,
      type: "k8s_request",
      severity: "info",
      source: "k8s_audit",
      details: {
        ...said,
        resource: "pods",
        name: "web-1",
        file: audit.requestURI,
        response_code: 200,
        decision: "allow",
        user: "ann",
        "user.username": "ann",
        "user.groups": user.groups,
        src_ip: "10.0.0.7",
      },
      enrichment: { namespace: "shop", pod: "web-1", user: "ann" },
    });
  });

  const mapped: readonly [what: string, event: object, type: string, severity: string][] = [
    ["an exec by SPDY", request("create", "pods/exec", code(101)), "exec_into_pod", "medium"],
    ["an exec by websocket", request("get", "pods/exec", code(101)), "exec_into_pod", "medium"],
    ["an attach", request("create", "pods/attach", code(101)), "exec_into_pod", "medium"],
    ["an exec that was refused", request("create", "pods/exec", code(403)), "authorization_denied", "low"],
    ["an exec into a pod that is not", request("create", "pods/exec", code(404)), "k8s_request", "info"],
    ["the kubelet's own API", request("create", "nodes/proxy"), "k8s_node_proxy", "medium"],
    ["a port-forward", request("create", "pods/portforward"), "port_forward", "low"],
    ["an ephemeral container", request("patch", "pods/ephemeralcontainers"), "ephemeral_container", "high"],
    ["401", request("list", "secrets", code(401)), "authentication_failure", "medium"],
    ["403", request("list", "secrets", code(403)), "authorization_denied", "low"],
    ["a secret that is read", request("get", "secrets"), "sensitive_file_access", "low"],
    ["secrets that are listed", request("list", "secrets"), "sensitive_file_access", "low"],
    ["a secret that is none", request("get", "secrets", code(404)), "k8s_request", "info"],
    ["a secret that is written", request("create", "secrets"), "k8s_request", "info"],
    ["a token", request("create", "serviceaccounts/token"), "k8s_token_issued", "info"],
    ["a pod that is deleted", request("delete", "pods"), "pod_deleted", "info"],
    ["pods that are deleted", request("deletecollection", "pods"), "k8s_request", "info"],
    ["a privileged pod", writes("pods", pod(running({ privileged: true }))), "privilege_escalation", "high"],
    [
      "a privileged pod that was not admitted",
      writes("pods", pod(running({ privileged: true })), code(403)),
      "authorization_denied",
      "low",
    ],
    [
      "a privileged init container of a Deployment",
      request("patch", "deployments", {
        requestObject: {
          spec: { template: { spec: { initContainers: [{ securityContext: { privileged: true } }] } } },
        },
      }),
      "privilege_escalation",
      "high",
    ],
    [
      "a privileged CronJob",
      writes("cronjobs", {
        spec: { jobTemplate: { spec: { template: { spec: running({ privileged: true }) } } } },
      }),
      "privilege_escalation",
      "high",
    ],
    [
      "the status of a privileged pod",
      request("update", "pods/status", { requestObject: pod(running({ privileged: true })) }),
      "k8s_request",
      "info",
    ],
    [
      "a JSON patch, by what came of it",
      request("patch", "daemonsets", {
        requestObject: [{ op: "add", path: "/spec/template/spec/hostPID", value: true }],
        responseObject: { spec: { template: { spec: { hostPID: true } } } },
      }),
      "namespace_change",
      "medium",
    ],
    [
      "the root of the node",
      writes("pods", pod({ volumes: [{ emptyDir: {} }, { hostPath: { path: "/" } }] })),
      "sensitive_file_access",
      "high",
    ],
    [
      "some path of the node",
      writes("pods", pod({ volumes: [{ hostPath: { path: "/var/log" } }] })),
      "sensitive_file_access",
      "medium",
    ],
    [
      "an added capability",
      writes("pods", pod(running({ capabilities: { add: ["SYS_ADMIN"], drop: ["ALL"] } }))),
      "capability_added",
      "medium",
    ],
    [
      "a dropped capability",
      writes("pods", pod(running({ capabilities: { drop: ["ALL"] } }))),
      "k8s_request",
      "info",
    ],
    ["the node's processes", writes("pods", pod({ hostPID: true })), "namespace_change", "medium"],
    ["the node's IPC", writes("pods", pod({ hostIPC: true })), "namespace_change", "medium"],
    ["the node's network", writes("pods", pod({ hostNetwork: true })), "namespace_change", "medium"],
    [
      "a role with a wildcard verb",
      writes("roles", { rules: [{ verbs: ["*"], resources: ["pods"] }] }),
      "privilege_escalation",
      "high",
    ],
    [
      "a role that may bind",
      writes("clusterroles", { rules: [{ verbs: ["bind"], resources: ["clusterroles"] }] }),
      "privilege_escalation",
      "high",
    ],
    [
      "a role",
      writes("roles", { rules: [{ verbs: ["get"], resources: ["pods"] }] }),
      "k8s_rbac_change",
      "medium",
    ],
    [
      "a binding to cluster-admin",
      writes("clusterrolebindings", { roleRef: { kind: "ClusterRole", name: "cluster-admin" } }),
      "privilege_escalation",
      "high",
    ],
    ["a binding that goes", request("delete", "rolebindings"), "k8s_rbac_change", "medium"],
    ["roles that are read", request("list", "clusterroles"), "k8s_request", "info"],
    ["a webhook", writes("mutatingwebhookconfigurations", {}), "k8s_admission_change", "medium"],
    [
      "somebody unknown",
      request("list", "pods", { user: { username: "system:anonymous" } }),
      "anonymous_access",
      "medium",
    ],
    [
      "a health check",
      { ...audit, objectRef: null, user: { username: "system:anonymous" } },
      "k8s_request",
      "info",
    ],
    [
      "a controller that goes on with what others wrote",
      request("update", "replicasets", {
        user: { username: "system:serviceaccount:kube-system:deployment-controller" },
        requestObject: { spec: { template: { spec: running({ privileged: true }) } } },
      }),
      "k8s_request",
      "info",
    ],
  ];
  it.each(mapped)("says what a request means: %s", (_, event, type, severity) => {
    expect(readOne(event)).toMatchObject({ type, severity, source: "k8s_audit" });
  });

  it("names what a pod asks for", () => {
    const spec = {
      nodeName: "n1",
      hostPID: true,
      volumes: [{ hostPath: { path: "/etc" } }],
      containers: [
        { image: "nginx:1", securityContext: { privileged: true, capabilities: { add: ["NET_RAW"] } } },
      ],
    };
    const { details, enrichment } = readOne(writes("pods", pod(spec)));
    expect(details).toMatchObject({
      privileged: true,
      host_pid: true,
      host_path: ["/etc"],
      capability: ["NET_RAW"],
      images: ["nginx:1"],
    });
    expect(details).not.toHaveProperty("host_network");
    expect(enrichment).toEqual({
      namespace: "shop",
      pod: "web-1",
      node: "n1",
      image: "nginx:1",
      user: "ann",
    });
  });

  it("takes the name of a pod from the answer where the request has none", () => {
    const made = writes("pods", pod({}), {
      objectRef: { resource: "pods", namespace: "shop" },
      responseObject: { metadata: { name: "web-7f9-abc", managedFields: [{ manager: "x" }] } },
    });
    const { details, enrichment } = readOne(made);
    expect(enrichment).toMatchObject({ pod: "web-7f9-abc" });
    expect(details.responseObject).toEqual({ metadata: { name: "web-7f9-abc" } });
  });

  it("names workloads, nodes and namespaces", () => {
    const named = (resource: string) =>
      readOne({ ...request("patch", resource), objectRef: { resource, name: "x" } }).enrichment;
    expect(named("daemonsets")).toEqual({ workload: "x", workload_kind: "DaemonSet", user: "ann" });
    expect(named("nodes")).toEqual({ node: "x", user: "ann" });
    expect(named("namespaces")).toEqual({ namespace: "x", user: "ann" });
    expect(named("constructor")).toEqual({ user: "ann" });
  });

  it("says what is executed, and where", () => {
    const uri =
      "/api/v1/namespaces/shop/pods/web-1/exec?command=sh&command=-c&command=id%3B+ls&container=app&tty=true";
    expect(readOne(request("create", "pods/exec", { requestURI: uri })).details).toMatchObject({
      command: "sh -c id; ls",
      container_name: "app",
      tty: true,
      requestURI: uri,
    });
  });

  it("knows who really asked", () => {
    const { details, enrichment } = readOne({
      ...audit,
      impersonatedUser: { username: "system:serviceaccount:shop:deployer", groups: ["x"] },
    });
    expect(enrichment).toEqual({ namespace: "shop", pod: "web-1", user: "ann" });
    expect(details).toMatchObject({
      user: "ann",
      impersonated_user: "system:serviceaccount:shop:deployer",
      impersonatedUser: { groups: ["x"] },
    });
  });

  it("knows service accounts", () => {
    const { enrichment } = readOne({ ...audit, user: { username: "system:serviceaccount:ci:deployer" } });
    expect(enrichment).toMatchObject({
      user: "system:serviceaccount:ci:deployer",
      service_account: "deployer",
      service_account_namespace: "ci",
    });
  });

  it("counts a request once, when it is answered", () => {
    const stages = ["RequestReceived", "ResponseComplete", "Panic"].map((stage) =>
      readOne({ ...audit, stage }),
    );
    expect(stages.map(({ id, type }) => [id, type])).toEqual([
      ["a-1:RequestReceived", "k8s.stage.request_received"],
      ["a-1:ResponseComplete", "k8s_request"],
      ["a-1:Panic", "k8s_request"],
    ]);
  });

  it("counts what runs long once, whichever of its stages is logged, and as early as it is known", () => {
    for (const target of ["pods/exec", "pods/attach", "pods/portforward"]) {
      const stage = (stage: string) => readOne(request("create", target, { stage, ...code(101) }));
      const [asked, begun, ended] = ["RequestReceived", "ResponseStarted", "ResponseComplete"].map(stage);
      expect(asked!.type).toBe("k8s.stage.request_received");
      expect(begun).toMatchObject({
        id: "a-1:ResponseStarted",
        timestamp: Date.UTC(2026, 0, 5, 10, 0, 0, 123),
      });
      expect(ended).toMatchObject({ id: begun!.id, timestamp: begun!.timestamp, type: begun!.type });
      expect(ended!.details.stage).toBe("ResponseComplete");
    }
    const watch = (stage: string) => readOne(request("watch", "secrets", { stage })).id;
    expect(watch("ResponseComplete")).toBe(watch("ResponseStarted"));
  });

  it("takes a refused authentication, which is told of at ResponseStarted only", () => {
    const refused = {
      ...request("list", "secrets", { stage: "ResponseStarted" }),
      user: {},
      responseStatus: { code: 401, message: "Authentication failed, attempted: bearer" },
    };
    const event = readOne(refused);
    expect(event).toMatchObject({ type: "authentication_failure", id: "a-1:ResponseStarted" });
    expect(event.enrichment).not.toHaveProperty("user");
    expect(event.details).not.toHaveProperty("user");
  });

  it("keeps secrets to itself", () => {
    const secret = { kind: "Secret", data: { password: "c2VjcmV0" } };
    for (const target of ["secrets", "serviceaccounts/token"]) {
      const event = readOne(writes(target, secret, { responseObject: secret }));
      expect(JSON.stringify(event)).not.toContain("c2VjcmV0");
      expect(event.details.withheld).toEqual(["requestObject", "responseObject"]);
    }
    expect(readOne(request("get", "secrets")).details).not.toHaveProperty("withheld");
  });

  it("is known without apiVersion, and dated by what there is", () => {
    const { kind: _, apiVersion: __, requestReceivedTimestamp: ___, ...bare } = audit;
    expect(readOne(bare)).toMatchObject({
      source: "k8s_audit",
      timestamp: Date.UTC(2026, 0, 5, 10, 0, 8, 500),
    });
    const beta = { ...bare, stageTimestamp: null, timestamp: "2018-10-26T13:42:46Z" };
    expect(readOne(beta).timestamp).toBe(Date.UTC(2018, 9, 26, 13, 42, 46));
  });

  it("reads the items of a list in order, each with its own place", () => {
    const { kind: _, apiVersion: __, ...item } = audit;
    const items = ["b", "a", "c"].map((auditID) => ({ ...item, auditID }));
    const origin = { topic: "events.raw", partition: 0, offset: 1, broker_time: Date.UTC(2026, 0, 5, 10) };
    const events = read({ kind: "EventList", apiVersion: "audit.k8s.io/v1", metadata: {}, items }, origin);
    expect(events.map((event) => [event.id, event.origin?.index])).toEqual([
      ["b:ResponseComplete", 0],
      ["a:ResponseComplete", 1],
      ["c:ResponseComplete", 2],
    ]);
    expect(read({ kind: "EventList", apiVersion: "audit.k8s.io/v1", items: [] })).toEqual([]);
  });
});

const traces = "k8s-audit/falco-trace-files";
const web = { namespace: "default", pod: "nginx-deployment-7998647bdf-phvq7", user: "minikube-user" };
const controller = {
  namespace: "default",
  user: "system:serviceaccount:kube-system:replicaset-controller",
  service_account: "replicaset-controller",
  service_account_namespace: "kube-system",
};

interface Expected {
  readonly id: string;
  readonly at: string;
  readonly type: string;
  readonly enrichment: object;
  readonly details: object;
}

/** By hand, from the records. */
const recorded: Readonly<Record<string, Expected>> = {
  "anonymous_creates_namespace_foo.json": {
    id: "841d3e6d-90d2-43df-8da4-684738bee3d5:ResponseComplete",
    at: "2018-10-25T13:58:49.730Z",
    type: "anonymous_access",
    enrichment: { namespace: "foo", user: "system:anonymous" },
    details: { verb: "create", resource: "namespaces", response_code: 201, src_ip: "192.168.99.1" },
  },
  "attach_pod.json": {
    id: "14933b4e-7b09-4964-af09-b7987367e1ba:ResponseStarted",
    at: "2018-10-26T13:42:46.764Z",
    type: "exec_into_pod",
    enrichment: web,
    details: {
      verb: "create",
      subresource: "attach",
      container_name: "nginx1",
      stdin: true,
      response_code: 101,
    },
  },
  "create_cluster_role_wildcard_resources.json": {
    id: "d8964c73-0042-4f35-b253-4711092185a1:ResponseComplete",
    at: "2018-10-26T14:21:53.885Z",
    type: "privilege_escalation",
    enrichment: { user: "minikube-user" },
    details: { resource: "clusterroles", name: "some-reader", wildcard: ["resources"] },
  },
  "create_cluster_role_write_privileges.json": {
    id: "25cd4bc5-50c9-4ce5-aa9a-b9ab6065929d:ResponseComplete",
    at: "2018-10-26T14:32:32.179Z",
    type: "k8s_rbac_change",
    enrichment: { user: "minikube-user" },
    details: { resource: "clusterroles", name: "some-reader", api_group: "rbac.authorization.k8s.io" },
  },
  "create_clusterrolebinding.json": {
    id: "e040d0ab-473c-442c-9707-88553173e962:ResponseComplete",
    at: "2018-10-26T13:25:18.279Z",
    type: "k8s_rbac_change",
    enrichment: { user: "minikube-user" },
    details: { role_ref: "system:basic-user", subjects: ["minikube"], name: "some-reader-binding" },
  },
  "create_configmap_no_sensitive_values.json": {
    id: "87bac0ec-53ca-429b-a646-47a7e72ec075:ResponseComplete",
    at: "2018-10-26T09:55:02.203Z",
    type: "k8s_request",
    enrichment: { namespace: "default", user: "minikube-user" },
    details: { verb: "create", resource: "configmaps", name: "my-config", decision: "allow" },
  },
  "create_deployment.json": {
    id: "c5be68f4-80b8-4159-adc4-76ddb195334e:ResponseComplete",
    at: "2018-10-26T13:07:36.905Z",
    type: "k8s_request",
    enrichment: {
      namespace: "default",
      workload: "nginx-deployment",
      workload_kind: "Deployment",
      image: "nginx",
      user: "minikube-user",
    },
    details: { verb: "create", resource: "deployments", api_group: "extensions", images: ["nginx"] },
  },
  "create_nginx_pod_hostnetwork.json": {
    id: "24142dcc-7ad8-4fb8-8d3b-106ea474759d:ResponseComplete",
    at: "2018-10-26T09:09:28.664Z",
    type: "namespace_change",
    enrichment: { ...controller, pod: "nginx-deployment-754c877bcd-zh5qx", image: "nginx" },
    details: { verb: "create", resource: "pods", host_network: true, src_ip: "::1" },
  },
  "create_nginx_pod_nohostnetwork.json": {
    id: "1354641c-135e-4adb-8052-43e125ea8690:ResponseComplete",
    at: "2018-10-26T09:13:36.411Z",
    type: "k8s_request",
    enrichment: { ...controller, pod: "nginx-deployment-7998647bdf-4j7t7", image: "nginx" },
    details: { verb: "create", resource: "pods", response_code: 201 },
  },
  "create_nginx_pod_privileged_2nd_container.json": {
    id: "f83ecd50-5bf4-4fe7-a419-dea22852ca49:ResponseComplete",
    at: "2018-10-25T17:53:06.995Z",
    type: "privilege_escalation",
    enrichment: { ...controller, pod: "nginx-deployment-544b59f8b8-ffkxm" },
    details: { privileged: true, images: ["nginx", "mysql:latest"] },
  },
  "create_nginx_pod_sensitive_mount_2nd_container.json": {
    id: "9a52c28e-d6f2-480e-a11e-686fb583a0ff:ResponseComplete",
    at: "2018-10-25T17:55:18.886Z",
    type: "sensitive_file_access",
    enrichment: { ...controller, pod: "nginx-deployment-f7f486546-hzhsw" },
    details: { host_path: ["/etc"], images: ["nginx", "mysql:latest"] },
  },
  "create_nginx_pod_unsensitive_mount.json": {
    id: "8ae98948-66b2-4963-9b99-e2b7e2f499f1:ResponseComplete",
    at: "2018-10-25T17:44:08.581Z",
    type: "k8s_request",
    enrichment: {
      namespace: "default",
      pod: "nginx-deployment-6dfd8b84dc-6dkjc",
      node: "minikube",
      user: "system:node:minikube",
    },
    details: { verb: "get", resource: "pods", src_ip: "127.0.0.1" },
  },
  "create_nginx_service_nonodeport.json": {
    id: "abcc3bac-bb66-475f-9be9-61afae0e18e3:ResponseComplete",
    at: "2018-10-26T09:38:36.480Z",
    type: "k8s_request",
    enrichment: { namespace: "default", user: "minikube-user" },
    details: { verb: "create", resource: "services", name: "nginx" },
  },
  "create_pod_kube_system_namespace.json": {
    id: "5fad6ec1-4e15-4753-b180-ae9fd096f511:ResponseComplete",
    at: "2018-10-26T13:47:20.328Z",
    type: "k8s_request",
    enrichment: {
      ...controller,
      pod: "nginx-deployment-7998647bdf-7q2sp",
      namespace: "kube-system",
      image: "nginx",
    },
    details: { verb: "create", resource: "pods" },
  },
  "create_service.json": {
    id: "75b22022-d079-44e5-90a7-25be235ab235:ResponseComplete",
    at: "2018-10-26T13:12:04.404Z",
    type: "k8s_request",
    enrichment: { namespace: "default", user: "minikube-user" },
    details: { verb: "create", resource: "services", name: "nginx" },
  },
  "create_serviceaccount.json": {
    id: "db4a8c97-3bd2-4ee7-a0d9-b6e367a458e3:ResponseComplete",
    at: "2018-10-26T13:19:22.126Z",
    type: "k8s_request",
    enrichment: { namespace: "default", user: "minikube-user" },
    details: { verb: "create", resource: "serviceaccounts", name: "myacct" },
  },
  "create_serviceaccount_kube_system_namespace.json": {
    id: "6754ae2b-6b72-4405-a773-28e53a74c720:ResponseComplete",
    at: "2018-10-26T13:56:43.556Z",
    type: "k8s_request",
    enrichment: { namespace: "kube-system", user: "minikube-user" },
    details: { verb: "create", resource: "serviceaccounts", name: "myacct" },
  },
  "delete_clusterrole.json": {
    id: "452ed910-bbe7-419d-a72d-bcd6e085f5a9:ResponseComplete",
    at: "2018-10-26T13:25:37.806Z",
    type: "k8s_rbac_change",
    enrichment: { user: "minikube-user" },
    details: { verb: "delete", resource: "clusterroles", name: "some-reader", response_code: 200 },
  },
  "delete_configmap.json": {
    id: "179a9171-e02e-4227-8c41-8b2575f8da7d:ResponseComplete",
    at: "2018-10-26T13:13:33.769Z",
    type: "k8s_request",
    enrichment: { namespace: "default", user: "minikube-user" },
    details: { verb: "delete", resource: "configmaps", name: "my-config" },
  },
  "delete_namespace_foo.json": {
    id: "693f4726-2430-450a-83e1-123c050fde98:ResponseComplete",
    at: "2018-10-26T13:00:25.241Z",
    type: "k8s_request",
    enrichment: { namespace: "foo", user: "minikube-user" },
    details: { verb: "delete", resource: "namespaces", name: "foo" },
  },
  "delete_service.json": {
    id: "e75d04b8-60f8-43b6-9410-d229f4f855e7:ResponseComplete",
    at: "2018-10-26T13:11:02.021Z",
    type: "k8s_request",
    enrichment: { namespace: "default", user: "minikube-user" },
    details: { verb: "delete", resource: "services", name: "nginx" },
  },
  "exec_pod.json": {
    id: "ca1ed9f4-7bf4-4c85-81a8-1b11253d1ba6:ResponseStarted",
    at: "2018-10-26T13:38:34.867Z",
    type: "exec_into_pod",
    enrichment: web,
    details: { verb: "create", subresource: "exec", command: "bash", container_name: "nginx1", tty: true },
  },
  "modify_cluster_role_node_problem_detector.json": {
    id: "0eaf743e-1668-4de5-940b-0bb5d79aa4c9:ResponseComplete",
    at: "2018-10-26T14:11:51.033Z",
    type: "k8s_rbac_change",
    enrichment: { user: "minikube-user" },
    details: { verb: "patch", resource: "clusterroles", name: "system:node-problem-detector" },
  },
  "../k8s-audit-pod-exec-file.jsonl": {
    id: "57a794de-44d3-40ee-a0ad-c0eb096eef6c:ResponseStarted",
    at: "2023-05-17T15:08:22.763Z",
    type: "exec_into_pod",
    enrichment: { namespace: "foo", pod: "test-pod-1", user: "minikube-user" },
    details: { command: "/bin/bash", container_name: "centos", response_code: 101, src_ip: "192.168.49.1" },
  },
  "../k8s-audit-priv-pod-file.jsonl": {
    id: "9ac5187c-29a2-4bf8-ba6e-21dc887f5d34:ResponseComplete",
    at: "2023-05-17T13:59:57.756Z",
    type: "privilege_escalation",
    enrichment: { namespace: "foo", pod: "test-pod-1", image: "centos", user: "minikube-user" },
    details: { privileged: true, images: ["centos"], name: "test-pod-1", response_code: 201 },
  },
};

const files = Object.keys(recorded).map((name) => `${traces}/${name}`);

describeWithRecordings(files, "kubernetes-audit, recorded requests", () => {
  it.each(Object.entries(recorded))("%s", (name, { id, at, type, enrichment, details }) => {
    const lines = linesOf(`${traces}/${name}`);
    expect(lines).toHaveLength(1);
    const event = readOne(lines[0]!);
    expect(event).toMatchObject({ id, timestamp: Date.parse(at), type, source: "k8s_audit", details });
    expect(event.enrichment).toEqual(enrichment);
  });
});
