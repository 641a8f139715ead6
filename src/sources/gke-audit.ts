/**
 * Kubernetes requests in the audit log of Google Cloud (`protoPayload` of serviceName `k8s.io`), as Pub/Sub sinks send
 * them: read as the audit event that the API server would have written, so that rules see no difference. What Google
 * says besides is under `details.gke`. The log has one entry per request, and no exec's command.
 */
import type { JsonMap } from "../events/security-event.ts";
import { isMap, listAt, mapAt, numberAt, present, textAt, valueAt } from "./fields.ts";
import { kubernetesRequest } from "./kubernetes/request.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import type { EventDraft, Source } from "./source.ts";

export function gkeAudit(types: TypeTable): Source {
  return {
    name: "gke-audit",
    keys: ["protoPayload"],
    place: "cluster",
    recognises: (value) =>
      textAt(value, "protoPayload", "serviceName") === "k8s.io" ||
      (textAt(value, "protoPayload", "methodName") ?? "").startsWith("io.k8s."),
    events: (value) => [toDraft(value, types)],
  };
}

/** Canonical codes of gRPC as the HTTP codes that Kubernetes answers. */
const httpCodes: Readonly<Record<number, number>> = {
  0: 200,
  3: 400,
  5: 404,
  6: 409,
  7: 403,
  10: 409,
  16: 401,
};

function toDraft(entry: JsonMap, types: TypeTable): EventDraft {
  const payload = mapAt(entry, "protoPayload");
  const method = textAt(payload, "methodName") ?? "";
  const draft = kubernetesRequest(
    {
      ...present({
        auditID: textAt(entry, "operation", "id") ?? textAt(entry, "insertId"),
        stage: "ResponseComplete",
        verb: method.slice(method.lastIndexOf(".") + 1),
        requestReceivedTimestamp: textAt(entry, "timestamp") ?? textAt(entry, "receiveTimestamp"),
        sourceIPs: [textAt(payload, "requestMetadata", "callerIp")],
        userAgent: textAt(payload, "requestMetadata", "callerSuppliedUserAgent"),
        requestObject: valueAt(payload, "request"),
        responseObject: valueAt(payload, "response"),
        annotations: isMap(entry.labels) ? entry.labels : null,
      }),
      user: present({ username: textAt(payload, "authenticationInfo", "principalEmail") }),
      objectRef: objectRefOf(textAt(payload, "resourceName") ?? ""),
      responseStatus: present({
        code: codeOf(payload),
        message: textAt(payload, "status", "message"),
      }),
    },
    types,
  );
  const cluster = textAt(entry, "resource", "labels", "cluster_name");
  return {
    ...draft,
    details: { ...draft.details, gke: saidByGoogle(entry, payload) },
    enrichment: { ...present({ cluster }), ...draft.enrichment },
  };
}

/** An empty status is success; HTTP's own codes stay. */
function codeOf(payload: JsonMap): number | null {
  if (!isMap(payload.status)) return null;
  const code = numberAt(payload, "status", "code") ?? 0;
  return code >= 100 ? code : (httpCodes[code] ?? 500);
}

/** `core/v1/namespaces/shop/pods/web-1/exec`, `rbac.authorization.k8s.io/v1/clusterroles/admin` */
function objectRefOf(resourceName: string): JsonMap {
  const [group = "", version = "", ...path] = resourceName.split("/", 9);
  const namespaced = path[0] === "namespaces" && path.length > 2;
  const [resource, name, subresource] = namespaced ? path.slice(2) : path;
  return present({
    apiGroup: group === "core" ? "" : group,
    apiVersion: version,
    namespace: namespaced || path[0] === "namespaces" ? path[1] : null,
    resource,
    name,
    subresource,
  });
}

function saidByGoogle(entry: JsonMap, payload: JsonMap): JsonMap {
  return present({
    insert_id: textAt(entry, "insertId"),
    log_name: textAt(entry, "logName"),
    method: textAt(payload, "methodName"),
    resource_name: textAt(payload, "resourceName"),
    project: textAt(entry, "resource", "labels", "project_id"),
    location: textAt(entry, "resource", "labels", "location"),
    permissions: listAt(payload, "authorizationInfo").map((each) => textAt(each, "permission")),
    delegation: listAt(payload, "authenticationInfo", "serviceAccountDelegationInfo"),
  });
}
