/**
 * Audit events of the Kubernetes API server (`audit.k8s.io`, apiserver pkg/apis/audit/v1/types.go), one request each. Old
 * recordings have no `apiVersion`; lists of them are an envelope (envelopes/event-list.ts).
 */
import { kubernetesRequest } from "./kubernetes/request.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import type { Source } from "./source.ts";

export function kubernetesAudit(types: TypeTable): Source {
  return {
    name: "kubernetes-audit",
    keys: ["apiVersion", "auditID"],
    place: "cluster",
    recognises: ({ kind, apiVersion, auditID, verb, stage }) =>
      (kind === "Event" && typeof apiVersion === "string" && apiVersion.startsWith("audit.k8s.io/")) ||
      [auditID, verb, stage].every((field) => typeof field === "string"),
    events: (value) => [kubernetesRequest(value, types)],
  };
}
