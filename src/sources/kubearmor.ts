/**
 * Alerts and logs of KubeArmor, as its Kafka client and its relay write them (`pb.Alert` and `pb.Log`, protojson).
 *
 * They have no id: it is a hash of where, when, which process did what, and which policy matched. The placeholders of an
 * installation that knows no cluster or namespace (`default`, `container_namespace`) count as absent.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import type { Severity } from "../events/severity.ts";
import { containerIdOf, listAt, mapAt, portOf, present, textAt, wholeNumberOf, wordAt } from "./fields.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import { imageNames } from "./plain-names/image-names.ts";
import { processNames } from "./plain-names/process-names.ts";
import { withPlainNames } from "./plain-names/with-plain-names.ts";
import { slug } from "./slug.ts";
import type { EventDraft, Source } from "./source.ts";
import { stableId } from "./stable-id.ts";
import { timeOf } from "./time-of.ts";

export function kubearmor(types: TypeTable): Source {
  return {
    name: "kubearmor",
    keys: ["Operation"],
    recognises: (value) =>
      typeof value.Operation === "string" &&
      (Object.hasOwn(value, "NamespaceName") || kinds.has(value.Type as string)),
    events: (value) => [toDraft(value, types)],
  };
}

/** `Type`: what a policy matched, and what was only seen. */
const kinds: ReadonlySet<string> = new Set([
  "MatchedPolicy",
  "MatchedHostPolicy",
  "ContainerLog",
  "HostLog",
  "SystemEvent",
]);

function toDraft(value: JsonMap, types: TypeTable): EventDraft {
  const operation = textAt(value, "Operation");
  const policy = textAt(value, "PolicyName");
  const found = types.typeOf({
    operation,
    policy,
    kind: textAt(value, "Type"),
    action: textAt(value, "Action"),
    result: textAt(value, "Result"),
    resource: textAt(value, "Resource"),
    data: textAt(value, "Data"),
    process: textAt(value, "ProcessName"),
    tag: tagsOf(value),
  });
  return {
    id: stableId(identity.map((key) => wordAt(value, key))),
    timestamp: timestampOf(value),
    container_id: containerIdOf(value.ContainerID),
    type: found?.type ?? `kubearmor.${slug(policy ?? operation ?? "") || "event"}`,
    severity: severityOf(value) ?? found?.severity ?? "info",
    source: "kubearmor",
    details: withPlainNames(value, plainNames(value, operation)),
    enrichment: enrichmentOf(value),
  };
}

const identity = [
  "HostName",
  "UpdatedTime",
  "Timestamp",
  "ContainerID",
  "HostPID",
  "PID",
  "Operation",
  "Resource",
  "Data",
  "Type",
  "PolicyName",
  "Result",
];

/** `UpdatedTime` has microseconds, `Timestamp` whole seconds. */
function timestampOf(value: JsonMap): number {
  const exact = timeOf(value.UpdatedTime);
  return Number.isNaN(exact) ? timeOf(value.Timestamp) : exact;
}

/** A policy's severity: 1, the least, to 10; logs have none. */
function severityOf(value: JsonMap): Severity | null {
  const level = wholeNumberOf(value.Severity);
  if (level === null || level < 1) return null;
  if (level <= 3) return "low";
  if (level <= 6) return "medium";
  return level <= 8 ? "high" : "critical";
}

function tagsOf(value: JsonMap): readonly string[] {
  const list = listAt(value, "ATags").filter((tag): tag is string => typeof tag === "string");
  return list.length > 0 ? list : (textAt(value, "Tags")?.split(",") ?? []);
}

function plainNames(value: JsonMap, operation: string | null): JsonMap {
  const resource = textAt(value, "Resource");
  return {
    ...processNames({
      binary: textAt(value, "ProcessName"),
      cmdline: operation === "Process" ? resource : null,
      pid: wholeNumberOf(value.PID),
      parentPid: wholeNumberOf(value.PPID),
      parentBinary: textAt(value, "ParentProcessName"),
    }),
    ...(operation === "File" ? present({ file: resource }) : {}),
    ...(operation === "Network" ? networkNames(resource ?? "", textAt(value, "Data") ?? "") : {}),
  };
}

/** `remoteip=10.96.0.1 port=443 protocol=TCP`; accepted connections name who came. */
function networkNames(resource: string, data: string): JsonMap {
  const words = new Map<string, JsonValue>();
  for (const word of resource.split(" ", 16)) {
    const equals = word.indexOf("=");
    if (equals > 0) words.set(word.slice(0, equals), word.slice(equals + 1));
  }
  const remote = words.get("remoteip") ?? words.get("sin_addr");
  const port = portOf(words.get("port") ?? words.get("sin_port"));
  const protocol = words.get("protocol");
  return data.includes("accept")
    ? present({ src_ip: remote, port, protocol })
    : present({ dst_ip: remote, dst_port: port, protocol });
}

function enrichmentOf(value: JsonMap): JsonMap {
  const owner = mapAt(value, "Owner");
  const cluster = textAt(value, "ClusterName");
  const namespace = textAt(value, "NamespaceName");
  return present({
    cluster: cluster?.toLowerCase() === "default" ? null : cluster,
    node: textAt(value, "HostName"),
    namespace: namespace === "container_namespace" ? null : namespace,
    pod: textAt(value, "PodName"),
    workload: textAt(owner, "Name"),
    workload_kind: textAt(owner, "Ref"),
    ...imageNames(textAt(value, "ContainerImage")),
    user: wordAt(value, "UID"),
  });
}
