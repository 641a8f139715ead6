/**
 * Events of Tetragon: protojson of `GetEventsResponse` (api/v1/tetragon/events.proto), one key that names the kind beside
 * `node_name` and `time`; also process_connect, process_listen and process_close of 2022.
 *
 * They carry no id, so it is a hash of what tells one event from another, and no severity, which the mapping gives. What
 * rules ask for gets a plain name; all of the event stays under Tetragon's own names.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import type { Facts, TypeTable } from "./mapping/type-table.ts";
import { parseTime } from "./parse-time.ts";
import { baseName, mapOf, nameOf, present, textOf, textsOf, withoutScheme } from "./read-fields.ts";
import type { EventDraft, Source } from "./source.ts";
import { stableId } from "./stable-id.ts";
import { plainArgs } from "./tetragon-args.ts";
import { healthOf, plainNetwork } from "./tetragon-kinds.ts";
import { hostNamespaces, plainProcess } from "./tetragon-process.ts";
import { slug } from "./unmapped.ts";

export function tetragon(types: TypeTable): Source {
  return {
    name: "tetragon",
    recognises: (value) => kindOf(value) !== null,
    events: (value) => [toDraft(value, kindOf(value) ?? "", types)],
  };
}

/** Kinds whose name does not begin with `process_`. */
const otherKinds = new Set(["rate_limit_info", "test"]);

/** `process_exec` … `rate_limit_info`; null: it is no event of Tetragon. */
function kindOf(value: JsonMap): string | null {
  if (typeof value.time !== "string") return null;
  for (const key of Object.keys(value)) {
    if (!key.startsWith("process_") && !(otherKinds.has(key) && Object.hasOwn(value, "node_name"))) continue;
    const event = value[key];
    if (typeof event === "object" && event !== null && !Array.isArray(event)) return key;
  }
  return null;
}

function toDraft(value: JsonMap, kind: string, types: TypeTable): EventDraft {
  const { [kind]: inner, ...around } = value;
  const event = mapOf(inner);
  const process = mapOf(event.process);
  const hook = hookOf(kind, event);
  const plain: JsonMap = {
    ...plainProcess(event, kind),
    ...plainNetwork(event, kind),
    ...plainArgs(event, hook),
    ...healthOf(event, kind),
    ...present({
      kind,
      function_name: textOf(event.function_name),
      syscall: syscallOf(hook),
      policy: textOf(event.policy_name),
    }),
  };
  const found = types.typeOf(factsOf(kind, event, plain));
  return {
    id: stableId(identityOf(value, kind, event)),
    timestamp: parseTime(textOf(value.time) ?? ""),
    container_id: containerOf(process),
    type: found?.type ?? `tetragon.${slug(hook)}`,
    severity: found?.severity ?? "info",
    source: "tetragon",
    details: { ...plain, ...event, ...around, ...plain },
    enrichment: enrichmentOf(value, process),
  };
}

/** What was hooked, by its most telling name. */
function hookOf(kind: string, event: JsonMap): string {
  const [first, second] = hookFields[kind] ?? ["function_name"];
  const parts = [textOf(event[first]), second === undefined ? null : textOf(event[second])];
  return parts.filter((part) => part !== null).join("/") || kind;
}

const hookFields: Readonly<Record<string, readonly [string, string?]>> = {
  process_tracepoint: ["subsys", "event"],
  process_uprobe: ["symbol"],
  process_usdt: ["provider", "name"],
};

/** `__x64_sys_setns`, `__sys_setuid`, `syscalls/sys_enter_openat` → `setns`, `setuid`, `openat`. */
function syscallOf(hook: string): string | null {
  const match = /^(?:__[a-z0-9]+_sys_|__sys_|sys_|syscalls\/sys_(?:enter|exit)_)([a-z0-9_]+)$/.exec(hook);
  return match?.[1] ?? null;
}

function factsOf(kind: string, event: JsonMap, plain: JsonMap): Facts {
  const process = mapOf(event.process);
  const binary = textOf(process.binary);
  const file = mapOf(mapOf(process.binary_properties).file);
  return {
    event: kind,
    function_name: [textOf(event.function_name), textOf(plain.syscall)].filter((name) => name !== null),
    policy_name: textOf(event.policy_name),
    tag: textsOf(event.tags),
    binary: baseName(binary),
    binary_path: binary,
    action: textOf(event.action),
    file: textOf(plain.file),
    access: textOf(plain.access),
    capability: textOf(plain.capability),
    privileges_changed: textsOf(plain.privileges_changed),
    host_namespace: hostNamespaces(process),
    inode_links: nameOf(mapOf(file.inode).links),
    subsys: textOf(event.subsys),
    tracepoint: textOf(event.event),
    symbol: textOf(event.symbol),
    provider: textOf(event.provider),
  };
}

/** Two events of one process and function can share an instant (times of 2022 are milliseconds): arguments tell them apart. */
function identityOf(value: JsonMap, kind: string, event: JsonMap): JsonValue {
  const { process, parent, ancestors, ...said } = event;
  const execId = textOf(mapOf(process).exec_id);
  return [textOf(value.node_name) ?? "", textOf(value.time) ?? "", kind, execId ?? "", said];
}

/** In full where the pod is known, else the 15 to 31 letters that Tetragon keeps. */
function containerOf(process: JsonMap): string | null {
  const { container } = mapOf(process.pod);
  return withoutScheme(textOf(mapOf(container).id)) ?? textOf(process.docker);
}

function enrichmentOf(value: JsonMap, process: JsonMap): JsonMap {
  const pod = mapOf(process.pod);
  const container = mapOf(pod.container);
  const image = mapOf(container.image);
  return present({
    cluster: textOf(value.cluster_name),
    node: textOf(value.node_name),
    namespace: textOf(pod.namespace),
    pod: textOf(pod.name),
    pod_uid: textOf(pod.uid),
    pod_labels: Object.hasOwn(pod, "pod_labels") ? mapOf(pod.pod_labels) : null,
    workload: textOf(pod.workload),
    workload_kind: textOf(pod.workload_kind),
    container_name: textOf(container.name),
    image: textOf(image.name),
    image_digest: digestOf(textOf(image.id)),
    user: textOf(mapOf(process.user).name) ?? nameOf(process.uid),
  });
}

/** `docker.io/tgraf/netperf@sha256:8e86…` → `sha256:8e86…`. */
function digestOf(id: string | null): string | null {
  return id?.includes("@") ? textOf(id.slice(id.lastIndexOf("@") + 1)) : null;
}
