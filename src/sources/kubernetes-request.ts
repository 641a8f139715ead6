/**
 * One request to the Kubernetes API, in the shape of an audit Event → an event of source `k8s_audit`.
 *
 * The API server tells of a request once per stage; it counts once, when it is answered: at ResponseComplete or Panic.
 * What runs long (exec, attach, port-forward, watch) is answered at ResponseStarted, and so is a refused authentication,
 * which has no other stage. The ResponseComplete of what runs long has the id and the time of its ResponseStarted: so an
 * exec is known when it begins, and what is logged at its end, or only at its end, is the same event. Other stages become
 * `k8s.stage.<stage>`, which no rule takes for a request.
 *
 * The objects of secrets and tokens are not passed on; `details.withheld` names them.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { isMap, listAt, mapAt, numberAt, present, textAt, textsOf, valueAt, without } from "./json-fields.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import { parseTime } from "./parse-time.ts";
import { podSpecFacts } from "./pod-spec-facts.ts";
import { rbacFacts } from "./rbac-facts.ts";
import type { EventDraft } from "./source.ts";
import { stableId } from "./stable-id.ts";
import { slug } from "./unmapped.ts";

/** Verbs and subresources that the API server takes for long-running: apiserver's BasicLongRunningRequestCheck. */
const longVerbs = new Set(["watch", "proxy"]);
const longSubresources = new Set(["attach", "exec", "proxy", "log", "portforward"]);

const answered = new Set([null, "ResponseStarted", "ResponseComplete", "Panic"]);
const writing = new Set(["create", "update", "patch"]);

/** Resources whose objects are credentials. */
const credentials = new Set(["secrets", "serviceaccounts/token", "tokenreviews"]);

/** Resources that own pods, and their kind. */
const workloads: Readonly<Record<string, string>> = {
  deployments: "Deployment",
  replicasets: "ReplicaSet",
  statefulsets: "StatefulSet",
  daemonsets: "DaemonSet",
  jobs: "Job",
  cronjobs: "CronJob",
  replicationcontrollers: "ReplicationController",
};

export function kubernetesRequest(value: JsonMap, types: TypeTable): EventDraft {
  const request = readRequest(value);
  const isAnswer = answered.has(request.stage);
  const entry = isAnswer ? types.typeOf(request.facts) : null;
  return {
    id: idOf(value, request),
    timestamp: timeOf(value),
    container_id: null,
    type: entry?.type ?? (isAnswer ? "k8s_request" : `k8s.stage.${words(request.stage ?? "")}`),
    severity: entry?.severity ?? "info",
    source: "k8s_audit",
    details: detailsOf(value, request),
    enrichment: enrichmentOf(value, request),
  };
}

/** `RequestReceived` → `request_received` */
function words(stage: string): string {
  return slug(stage.replace(/[A-Z]/g, " $&"));
}

type Request = ReturnType<typeof readRequest>;

function readRequest(value: JsonMap) {
  const resource = textAt(value, "objectRef", "resource");
  const subresource = textAt(value, "objectRef", "subresource");
  const verb = textAt(value, "verb");
  const code = numberAt(value, "responseStatus", "code");
  const object = writtenObject(value, verb, subresource);
  const { node, ...pod } = podSpecFacts(object);
  const facts = {
    verb,
    resource,
    subresource,
    /** As roles write it: `pods/exec`. */
    target: resource === null || subresource === null ? resource : `${resource}/${subresource}`,
    api_group: textAt(value, "objectRef", "apiGroup"),
    namespace: textAt(value, "objectRef", "namespace"),
    name: nameOf(value),
    code: code === null ? null : String(code),
    outcome: code !== null && code >= 400 ? "failure" : "success",
    decision: textAt(value, "annotations", "authorization.k8s.io/decision"),
    user: textAt(value, "user", "username"),
    user_group: textsOf(listAt(value, "user", "groups")),
    impersonated_user: textAt(value, "impersonatedUser", "username"),
    user_agent: textAt(value, "userAgent"),
    ...pod,
    ...rbacFacts(object),
  };
  return { stage: textAt(value, "stage"), code, node, facts };
}

/** What was written; of a JSON patch, a list, only the answer shows it. Status and scale of an object write no more. */
function writtenObject(value: JsonMap, verb: string | null, subresource: string | null): JsonMap | null {
  if (verb === null || !writing.has(verb) || subresource === "status" || subresource === "scale") return null;
  return Array.isArray(value.requestObject) ? mapAt(value, "responseObject") : mapAt(value, "requestObject");
}

/** A pod that a controller creates gets its name with the answer. */
function nameOf(value: JsonMap): string | null {
  return textAt(value, "objectRef", "name") ?? textAt(value, "responseObject", "metadata", "name");
}

function idOf(value: JsonMap, { stage, facts }: Request): string {
  const auditId = textAt(value, "auditID");
  if (auditId === null) return stableId(value);
  const long = longVerbs.has(facts.verb ?? "") || longSubresources.has(facts.subresource ?? "");
  return `${auditId}:${long && answered.has(stage) ? "ResponseStarted" : (stage ?? "ResponseComplete")}`;
}

/** All stages of a request have its first time in common. `timestamp` is v1beta1's. */
function timeOf(value: JsonMap): number {
  for (const key of ["requestReceivedTimestamp", "stageTimestamp", "timestamp"]) {
    const time = parseTime(textAt(value, key) ?? "");
    if (!Number.isNaN(time)) return time;
  }
  return Number.NaN;
}

/** `user` is a plain name, so the map that the API server has there is kept under dotted keys. */
function detailsOf(value: JsonMap, { code, facts }: Request): JsonMap {
  const { verb, resource, subresource, api_group, name, user, impersonated_user, decision } = facts;
  const plain = present({
    verb,
    resource,
    subresource,
    api_group,
    name,
    response_code: code,
    decision,
    user,
    impersonated_user,
    src_ip: textAt(listAt(value, "sourceIPs").at(-1)),
    file: textAt(value, "requestURI"),
    ...execOf(value, subresource),
    privileged: facts.privileged === "true" || null,
    host_path: facts.host_path,
    host_pid: facts.host_pid === "true" || null,
    host_ipc: facts.host_ipc === "true" || null,
    host_network: facts.host_network === "true" || null,
    capability: facts.capability,
    images: facts.image,
    role_ref: facts.role_ref,
    subjects: facts.subject,
    wildcard: facts.wildcard,
  });
  const dotted = Object.entries(mapAt(value, "user") ?? {}).map(([key, each]) => [`user.${key}`, each]);
  const said = withheld(without(value, "user"), facts.target);
  return { ...plain, ...Object.fromEntries(dotted), ...said, ...plain };
}

/** Characters of a request's address that are looked into; the API server takes no longer ones. */
const longestUri = 64 * 1024;

/** `…/exec?command=sh&command=-c&container=web&tty=true` */
function execOf(value: JsonMap, subresource: string | null): JsonMap {
  if (subresource !== "exec" && subresource !== "attach") return {};
  const uri = (textAt(value, "requestURI") ?? "").slice(0, longestUri);
  const query = new URLSearchParams(uri.slice(uri.indexOf("?") + 1 || uri.length));
  return present({
    command: query.getAll("command").join(" "),
    container_name: query.get("container"),
    stdin: query.get("stdin") === "true" || null,
    tty: query.get("tty") === "true" || null,
  });
}

/** Without credentials, and without the API server's bookkeeping of who manages which field. */
function withheld(value: JsonMap, target: string | null): JsonMap {
  const objects = ["requestObject", "responseObject"].filter((key) => Object.hasOwn(value, key));
  if (target !== null && credentials.has(target)) {
    return objects.length === 0 ? value : { ...without(value, ...objects), withheld: objects };
  }
  const bare = objects.map((key) => [key, withoutManagedFields(value[key] as JsonValue)]);
  return { ...value, ...Object.fromEntries(bare) };
}

function withoutManagedFields(object: JsonValue): JsonValue {
  const metadata = mapAt(object, "metadata");
  if (metadata === null || !isMap(object) || !Object.hasOwn(metadata, "managedFields")) return object;
  return { ...object, metadata: without(metadata, "managedFields") };
}

function enrichmentOf(value: JsonMap, { node, facts }: Request): JsonMap {
  const { resource, namespace, name, user, image } = facts;
  const kind = resource === null || !Object.hasOwn(workloads, resource) ? null : workloads[resource];
  const [, accountNamespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user ?? "") ?? [];
  return present({
    namespace: namespace ?? (resource === "namespaces" ? name : null),
    pod: resource === "pods" ? name : null,
    node:
      resource === "nodes" ? name : (node ?? textAt(valueAt(value, "responseObject", "spec"), "nodeName")),
    workload: kind === null ? null : name,
    workload_kind: kind,
    image: image.length === 1 ? image[0] : null,
    user,
    service_account: account,
    service_account_namespace: accountNamespace,
  });
}
