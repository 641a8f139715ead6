import { describe, expect, it } from "vitest";
import { readOne } from "./support.ts";

const entry = {
  insertId: "i-1",
  logName: "projects/p/logs/cloudaudit.googleapis.com%2Factivity",
  labels: { "authorization.k8s.io/decision": "allow" },
  operation: { id: "op-1", first: true, last: true, producer: "k8s.io" },
  resource: {
    type: "k8s_cluster",
    labels: { cluster_name: "prod", location: "europe-west1", project_id: "p" },
  },
  timestamp: "2026-01-05T10:00:00.123456Z",
  receiveTimestamp: "2026-01-05T10:00:09Z",
  severity: "NOTICE",
  protoPayload: {
    "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
    authenticationInfo: { principalEmail: "ann@example.org" },
    authorizationInfo: [{ granted: true, permission: "io.k8s.core.v1.pods.exec.create" }],
    methodName: "io.k8s.core.v1.pods.exec.create",
    requestMetadata: { callerIp: "203.0.113.9", callerSuppliedUserAgent: "kubectl/v1.33" },
    resourceName: "core/v1/namespaces/shop/pods/web-1/exec",
    serviceName: "k8s.io",
    status: {},
  },
};

const calling = (methodName: string, resourceName: string, more: object = {}) =>
  readOne({ ...entry, protoPayload: { ...entry.protoPayload, methodName, resourceName, ...more } });

describe("gke-audit", () => {
  it("reads an entry as the API server's own event", () => {
    expect(readOne(entry)).toMatchObject({
      id: "op-1:ResponseStarted",
      timestamp: Date.UTC(2026, 0, 5, 10, 0, 0, 123),
      container_id: null,
      type: "exec_into_pod",
      severity: "medium",
      source: "k8s_audit",
      details: {
        verb: "create",
        resource: "pods",
        subresource: "exec",
        response_code: 200,
        decision: "allow",
        src_ip: "203.0.113.9",
        userAgent: "kubectl/v1.33",
        objectRef: { resource: "pods", subresource: "exec", namespace: "shop", name: "web-1" },
        gke: {
          insert_id: "i-1",
          project: "p",
          location: "europe-west1",
          method: "io.k8s.core.v1.pods.exec.create",
        },
      },
    });
    expect(readOne(entry).enrichment).toEqual({
      cluster: "prod",
      namespace: "shop",
      pod: "web-1",
      user: "ann@example.org",
    });
  });

  it("says what a request means, with the table of Kubernetes audit", () => {
    const privileged = { spec: { containers: [{ securityContext: { privileged: true } }] } };
    const pods = "core/v1/namespaces/shop/pods";
    const bindings = "rbac.authorization.k8s.io/v1/clusterrolebindings/x";
    const types = [
      calling("io.k8s.core.v1.pods.create", `${pods}/p`, { request: privileged }),
      calling("io.k8s.core.v1.pods.delete", `${pods}/p`),
      calling("io.k8s.core.v1.secrets.list", "core/v1/secrets"),
      calling("io.k8s.core.v1.secrets.get", "core/v1/namespaces/shop/secrets/s", { status: { code: 7 } }),
      calling("io.k8s.core.v1.secrets.get", "core/v1/namespaces/shop/secrets/s", { status: { code: 16 } }),
      calling("io.k8s.authorization.rbac.v1.clusterrolebindings.create", bindings, {
        request: { roleRef: { name: "cluster-admin" } },
      }),
      calling("io.k8s.core.v1.namespaces.get", "core/v1/namespaces/shop"),
    ];
    expect(
      types.map(({ type, details, enrichment }) => [type, details.resource, enrichment.namespace]),
    ).toEqual([
      ["privilege_escalation", "pods", "shop"],
      ["pod_deleted", "pods", "shop"],
      ["sensitive_file_access", "secrets", undefined],
      ["authorization_denied", "secrets", "shop"],
      ["authentication_failure", "secrets", "shop"],
      ["privilege_escalation", "clusterrolebindings", undefined],
      ["k8s_request", "namespaces", "shop"],
    ]);
  });

  it("leaves other services' entries alone", () => {
    const { protoPayload } = entry;
    const other = {
      ...protoPayload,
      serviceName: "compute.googleapis.com",
      methodName: "v1.compute.instances.delete",
    };
    expect(readOne({ ...entry, protoPayload: other }).source).toBe("unmapped");
  });
});
