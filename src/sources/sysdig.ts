/**
 * Events of Sysdig Secure's runtime policies, as its event forwarder sends them: Falco's rules and fields inside of
 * `content`, who it was about in `labels`.
 */
import type { JsonMap } from "../events/security-event.ts";
import type { Severity } from "../events/severity.ts";
import {
  containerIdOf,
  distinctTexts,
  listAt,
  mapAt,
  numberAt,
  present,
  textAt,
  valueAt,
  without,
  wordAt,
} from "./fields.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import { parseTime } from "./parse-time.ts";
import { taggedImage } from "./plain-names/image-names.ts";
import { withPlainNames } from "./plain-names/with-plain-names.ts";
import { slug } from "./slug.ts";
import type { EventDraft, Source } from "./source.ts";
import { stableId } from "./stable-id.ts";
import { timeOf } from "./time-of.ts";

export function sysdig(types: TypeTable): Source {
  return {
    name: "sysdig",
    keys: ["content"],
    recognises: (value) => textAt(value, "content", "ruleName") !== null,
    events: (value) => [toDraft(value, types)],
  };
}

/** 0 to 3 high, 4 and 5 medium, 6 low, 7 info, as Sysdig's own pages name them. */
const severities: readonly Severity[] = ["high", "high", "high", "high", "medium", "medium", "low", "info"];

function toDraft(value: JsonMap, types: TypeTable): EventDraft {
  const content = mapAt(value, "content");
  const rule = textAt(content, "ruleName") ?? "";
  const tags = distinctTexts(listAt(content, "ruleTags"));
  const entry = types.typeOf({
    rule,
    tag: tags,
    policy: textAt(value, "name"),
    source: textAt(value, "source"),
  });
  const fields = mapAt(content, "fields");
  return {
    id: textAt(value, "id") ?? stableId(value),
    timestamp: timestampOf(value),
    container_id: containerIdOf(textAt(value, "containerId") ?? textAt(fields, "container.id")),
    type: entry?.type ?? `sysdig.${slug(rule)}`,
    severity: severities[numberAt(value, "severity") ?? 7] ?? entry?.severity ?? "info",
    source: "sysdig",
    details: withPlainNames(
      {
        ...fields,
        ...mapAt(value, "labels"),
        ...without(value, "content", "labels"),
        content: without(content, "fields"),
      },
      present({
        process_name: textAt(fields, "proc.name"),
        process_args: textAt(fields, "proc.args"),
        command_line: textAt(fields, "proc.cmdline"),
        exe: textAt(fields, "proc.exepath"),
        pid: wordAt(fields, "proc.pid"),
        parent_process_name: textAt(fields, "proc.pname"),
        dst_ip: textAt(fields, "fd.rip") ?? textAt(fields, "fd.sip"),
        dst_port: numberAt(fields, "fd.rport") ?? numberAt(fields, "fd.sport"),
        file: fileOf(textAt(fields, "fd.name")),
        rule,
        tags,
        output: textAt(content, "output"),
        policy: textAt(value, "name"),
      }),
    ),
    enrichment: enrichmentOf(mapAt(value, "labels"), fields),
  };
}

function timestampOf(value: JsonMap): number {
  const time = parseTime(textAt(value, "timestampRFC3339Nano") ?? "");
  return Number.isNaN(time) ? timeOf(valueAt(value, "timestamp")) : time;
}

/** `10.0.0.1:43812->10.96.0.1:443` names a connection. */
function fileOf(name: string | null): string | null {
  return name?.includes("->") ? null : name;
}

function enrichmentOf(labels: JsonMap, fields: JsonMap): JsonMap {
  const label = (name: string, field: string) => textAt(labels, name) ?? textAt(fields, field);
  const repository = label("container.image.repo", "container.image.repository");
  const tag = label("container.image.tag", "container.image.tag");
  const kind = textAt(labels, "kubernetes.workload.type");
  return present({
    cluster: label("kubernetes.cluster.name", "k8s.cluster.name"),
    node: textAt(labels, "kubernetes.node.name") ?? textAt(labels, "host.hostName"),
    namespace: label("kubernetes.namespace.name", "k8s.ns.name"),
    pod: label("kubernetes.pod.name", "k8s.pod.name"),
    workload: textAt(labels, "kubernetes.workload.name"),
    workload_kind: kind === null ? null : (kinds.get(kind.toLowerCase()) ?? kind),
    container_name: label("container.name", "container.name"),
    image: taggedImage(repository, tag),
    user: textAt(fields, "user.name"),
  });
}

const kinds: ReadonlyMap<string, string> = new Map(
  ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"].map((kind) => [
    kind.toLowerCase(),
    kind,
  ]),
);
