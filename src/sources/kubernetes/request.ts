/**
 * One request to the Kubernetes API, in the shape of an audit Event → an event of source `k8s_audit`.
 *
 * The API server tells of a request once per stage; it counts once, when it is answered: at ResponseComplete or Panic.
 * What runs long (exec, attach, port-forward, watch) is answered at ResponseStarted, and so is a refused authentication,
 * which has no other stage. The ResponseComplete of what runs long has the id and the time of its ResponseStarted: so an
 * exec is known when it begins, and what is logged at its end, or only at its end, is the same event. Other stages become
 * `k8s.stage.<stage>`, which no rule takes for a request.
 */
import type { JsonMap } from "../../events/security-event.ts";
import { present, textAt, valueAt } from "../fields.ts";
import type { TypeTable } from "../mapping/type-table.ts";
import { parseTime } from "../parse-time.ts";
import { slug } from "../slug.ts";
import type { EventDraft } from "../source.ts";
import { stableId } from "../stable-id.ts";
import { kubernetesDetails } from "./details.ts";
import { type KubernetesFacts, kubernetesFacts } from "./facts.ts";

/** Verbs and subresources that the API server takes for long-running: apiserver's BasicLongRunningRequestCheck. */
const longVerbs = new Set(["watch", "proxy"]);
const longSubresources = new Set(["attach", "exec", "proxy", "log", "portforward"]);

const answered = new Set([null, "ResponseStarted", "ResponseComplete", "Panic"]);

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
  const facts = kubernetesFacts(value);
  const stage = textAt(value, "stage");
  const isAnswer = answered.has(stage);
  const entry = isAnswer ? types.typeOf(facts) : null;
  return {
    id: idOf(value, stage, facts),
    timestamp: timeOf(value),
    container_id: null,
    type: entry?.type ?? (isAnswer ? "k8s_request" : `k8s.stage.${words(stage ?? "")}`),
    severity: entry?.severity ?? "info",
    source: "k8s_audit",
    details: kubernetesDetails(value, facts),
    enrichment: enrichmentOf(value, facts),
  };
}

/** `RequestReceived` → `request_received` */
function words(stage: string): string {
  return slug(stage.replace(/[A-Z]/g, " $&"));
}

function idOf(value: JsonMap, stage: string | null, facts: KubernetesFacts): string {
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

function enrichmentOf(value: JsonMap, facts: KubernetesFacts): JsonMap {
  const { resource, namespace, name, user, image, node } = facts;
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
