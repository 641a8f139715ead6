/**
 * Events of Tetragon: protojson of `GetEventsResponse` (api/v1/tetragon/events.proto), one key that names the kind beside
 * `node_name` and `time`; also process_connect, process_listen and process_close of 2022.
 *
 * They carry no id, so it is a hash of what tells one event from another, and no severity, which the mapping gives. What
 * rules ask for gets a plain name; all of the event stays under Tetragon's own names.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { mapOf, mapsOf, present, textOf, textsOf, wordOf } from "./fields.ts";
import { firstFields } from "./first-fields.ts";
import type { Facts, TypeTable } from "./mapping/type-table.ts";
import { parseTime } from "./parse-time.ts";
import { baseName } from "./plain-names/process-names.ts";
import { slug } from "./slug.ts";
import type { EventDraft, Source } from "./source.ts";
import { stableId } from "./stable-id.ts";
import { tetragonContainer, tetragonContext } from "./tetragon/context.ts";
import { healthOf, plainNetwork } from "./tetragon/kinds.ts";
import { maxArgs, plainArgs } from "./tetragon/plain-args.ts";
import { hostNamespaces, plainProcess } from "./tetragon/plain-process.ts";

export function tetragon(types: TypeTable): Source {
  return {
    name: "tetragon",
    keys: ["time"],
    recognises: (value) => kindOf(value) !== null,
    events: (value) => [toDraft(value, kindOf(value) ?? "", types)],
  };
}

const kinds = [
  "process_exec",
  "process_exit",
  "process_kprobe",
  "process_tracepoint",
  "process_loader",
  "process_uprobe",
  "process_usdt",
  "process_lsm",
  "process_throttle",
  "process_connect",
  "process_listen",
  "process_close",
  "rate_limit_info",
];

/** One of the above, `test`, or a `process_…` still to come; null: it is no event of Tetragon. */
function kindOf(value: JsonMap): string | null {
  if (typeof value.time !== "string") return null;
  const isEvent = (key: string) =>
    Object.hasOwn(value, key) &&
    typeof value[key] === "object" &&
    value[key] !== null &&
    !Array.isArray(value[key]);
  const known = kinds.find(isEvent);
  if (known !== undefined) return known;
  if (isEvent("test") && Object.hasOwn(value, "node_name")) return "test";
  return Object.keys(value).find((key) => key.startsWith("process_") && isEvent(key)) ?? null;
}

function toDraft(value: JsonMap, kind: string, types: TypeTable): EventDraft {
  const { [kind]: _, ...around } = firstFields(value);
  const event = firstFields(mapOf(value[kind]));
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
    container_id: tetragonContainer(process),
    type: found?.type ?? `tetragon.${slug(hook) || kind}`,
    severity: found?.severity ?? "info",
    source: "tetragon",
    details: { ...plain, ...event, ...around, ...plain },
    enrichment: tetragonContext(value, process),
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
    inode_links: wordOf(mapOf(file.inode).links),
    subsys: textOf(event.subsys),
    tracepoint: textOf(event.event),
    symbol: textOf(event.symbol),
    provider: textOf(event.provider),
  };
}

/**
 * Two events of one process and function can share an instant (times of 2022 are milliseconds): their arguments, and what
 * else is no map or list, tell them apart.
 */
function identityOf(value: JsonMap, kind: string, event: JsonMap): JsonValue {
  const execId = textOf(mapOf(event.process).exec_id);
  const said = Object.entries(event).filter(([, each]) => typeof each !== "object");
  return [
    textOf(value.node_name) ?? "",
    textOf(value.time) ?? "",
    kind,
    execId ?? "",
    Object.fromEntries(said),
    mapsOf(event.args).slice(0, maxArgs),
  ];
}
