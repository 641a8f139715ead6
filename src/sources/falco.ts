/**
 * Alerts of Falco, straight from it or through falcosidekick (`types.FalcoPayload`): `rule`, `time`, `output_fields`.
 *
 * The sidekick's uuid is minted anew for each receipt, so the id is a hash of what both ways have in common. All
 * `output_fields` stay under their own dotted keys; what rules ask for most also gets a plain name.
 */
import { InvalidMessage } from "../errors.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import type { Severity } from "../events/severity.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import { parseTime } from "./parse-time.ts";
import type { EventDraft, Source } from "./source.ts";
import { stableId } from "./stable-id.ts";
import { slug } from "./unmapped.ts";

export function falco(types: TypeTable): Source {
  return {
    name: "falco",
    recognises: (value) =>
      typeof value.rule === "string" && Object.hasOwn(value, "time") && Object.hasOwn(value, "output_fields"),
    events: (value) => [toDraft(value, types)],
  };
}

/** Falco's priorities, as falcosidekick's OCSF output ranks them. */
const severityOf: Readonly<Record<string, Severity>> = {
  emergency: "critical",
  alert: "critical",
  critical: "critical",
  error: "high",
  warning: "medium",
  notice: "low",
  informational: "info",
  debug: "info",
};

function toDraft(value: JsonMap, types: TypeTable): EventDraft {
  const fields = readFields(value.output_fields);
  const rule = value.rule as string;
  const time = text(value.time) ?? "";
  const output = text(value.output) ?? "";
  const priority = text(value.priority);
  const hostname = text(value.hostname);
  const source = text(value.source)?.replace(/^syscalls$/, "syscall") ?? "syscall";
  const tags = readTags(value.tags);
  return {
    id: stableId([withoutTrailingZeros(time), hostname ?? "", rule, output]),
    timestamp: parseTime(time),
    container_id: containerOf(fields),
    type: types.typeOf({ rule, tag: tags, source })?.type ?? `falco.${slug(rule)}`,
    severity: severityOf[priority?.toLowerCase() ?? ""] ?? "info",
    source: `falco:${source}`,
    details: { ...fields, ...plainNames(fields), rule, tags, priority, output },
    enrichment: enrichmentOf(fields, hostname),
  };
}

function readFields(fields: JsonValue | undefined): JsonMap {
  if (fields === null || fields === undefined) return {};
  if (typeof fields === "object" && !Array.isArray(fields)) return fields as JsonMap;
  throw new InvalidMessage(
    "invalid-field",
    `Cannot read Falco alert: output_fields must be a map: current value is ${JSON.stringify(fields).slice(0, 200)}`,
  );
}

/** Go re-marshals nine digits of fraction without their zeros; both must hash alike. */
function withoutTrailingZeros(time: string): string {
  return time.replace(/(\.\d*?)0*Z$/, (_, fraction: string) => (fraction === "." ? "Z" : `${fraction}Z`));
}

/** Sidekick's tags have a first one of no letters now and then. */
function readTags(tags: JsonValue | undefined): readonly string[] {
  if (!Array.isArray(tags)) return [];
  return tags.filter((tag): tag is string => typeof tag === "string" && tag !== "");
}

function containerOf(fields: JsonMap): string | null {
  const id = text(fields["container.full_id"]) ?? text(fields["container.id"]);
  return id === "host" ? null : id;
}

function plainNames(fields: JsonMap): JsonMap {
  const name = text(fields["fd.name"]);
  const far = name === null ? null : farEnd(name);
  const named: Record<string, JsonValue> = {};
  put(named, "process_name", text(fields["proc.name"]));
  put(named, "dst_ip", text(fields["fd.rip"]) ?? text(fields["fd.sip"]) ?? far?.ip ?? null);
  put(named, "dst_port", port(fields["fd.rport"]) ?? port(fields["fd.sport"]) ?? far?.port ?? null);
  put(named, "file", far === null ? name : null);
  return named;
}

/** `172.17.0.9:43812->10.96.0.1:443` names a connection, the far end on the right; null: it names a file. */
function farEnd(name: string): { readonly ip: string; readonly port: number | null } | null {
  const arrow = name.lastIndexOf("->");
  if (arrow < 0) return null;
  const colon = name.lastIndexOf(":");
  if (colon < arrow) return null;
  const ip = name.slice(arrow + 2, colon).replace(/^\[|\]$/g, "");
  return ip === "" ? null : { ip, port: port(name.slice(colon + 1)) };
}

function port(value: JsonValue | undefined): number | null {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= 65_535
    ? number
    : null;
}

function enrichmentOf(fields: JsonMap, hostname: string | null): JsonMap {
  const known: Record<string, JsonValue> = {};
  const ofPod = fields["ka.target.resource"] === "pods";
  put(known, "namespace", text(fields["k8s.ns.name"]) ?? text(fields["ka.target.namespace"]));
  put(known, "pod", text(fields["k8s.pod.name"]) ?? (ofPod ? text(fields["ka.target.name"]) : null));
  put(known, "node", hostname);
  put(known, "user", text(fields["user.name"]) ?? number(fields["user.uid"]) ?? text(fields["ka.user.name"]));
  put(known, "image", imageOf(fields));
  return known;
}

function imageOf(fields: JsonMap): string | null {
  const repository = text(fields["container.image.repository"]);
  const tag = text(fields["container.image.tag"]);
  if (repository === null) return text(fields["container.image"]);
  return tag === null ? repository : `${repository}:${tag}`;
}

function put(map: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (value !== null) map[key] = value;
}

function number(value: JsonValue | undefined): string | null {
  return typeof value === "number" ? String(value) : text(value);
}

/** Falco writes null, falcosidekick `<NA>`, for what it does not know. */
function text(value: JsonValue | undefined): string | null {
  return typeof value === "string" && value !== "" && value !== "<NA>" ? value : null;
}
