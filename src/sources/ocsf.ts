/**
 * Events in the Open Cybersecurity Schema Framework (schema.ocsf.io), by `class_uid` and `activity_id`. Names of classes
 * and activities are the schema's, so that mappings can be read; what a record names itself is not trusted.
 */
import type { JsonMap } from "../events/security-event.ts";
import type { Severity } from "../events/severity.ts";
import {
  containerIdOf,
  distinctTexts,
  isMap,
  listAt,
  mapAt,
  mapOf,
  numberAt,
  present,
  textAt,
  valueAt,
  wordAt,
} from "./fields.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import { evidence, firstNumber, firstText } from "./ocsf/evidence.ts";
import { type OcsfFacts, ocsfFacts } from "./ocsf/facts.ts";
import { taggedImage } from "./plain-names/image-names.ts";
import { withPlainNames } from "./plain-names/with-plain-names.ts";
import { slug } from "./slug.ts";
import type { EventDraft, Source } from "./source.ts";
import { stableId } from "./stable-id.ts";
import { timeOf } from "./time-of.ts";

export function ocsf(types: TypeTable): Source {
  return {
    name: "ocsf",
    keys: ["class_uid"],
    recognises: (value) =>
      numberAt(value, "class_uid") !== null && wordAt(value, "metadata", "version") !== null,
    events: (value) => [toDraft(value, types)],
  };
}

/** `severity_id` 0 unknown, 1 informational … 5 critical, 6 fatal, 99 other. */
const severities: Readonly<Record<number, Severity>> = {
  1: "info",
  2: "low",
  3: "medium",
  4: "high",
  5: "critical",
  6: "critical",
};

function toDraft(value: JsonMap, types: TypeTable): EventDraft {
  const facts = ocsfFacts(value);
  const entry = types.typeOf(facts);
  const called = facts.rule === null ? `${facts.class}_${facts.activity}` : slug(facts.rule);
  return {
    id: textAt(value, "metadata", "uid") ?? stableId(value),
    timestamp: timeOf(valueAt(value, "time")),
    container_id: containerIdOf(containerOf(value).uid),
    type: entry?.type ?? `ocsf.${called}`,
    severity: severities[numberAt(value, "severity_id") ?? 0] ?? entry?.severity ?? "info",
    source: "ocsf",
    details: withPlainNames(value, detailsOf(value, facts)),
    enrichment: enrichmentOf(value),
  };
}

function containerOf(value: JsonMap): JsonMap {
  const container = evidence(value, "container");
  return isMap(container) ? container : mapOf(evidence(value, "process", "container"));
}

/** What an event is about is `process`, and the actor began it; without one the actor's process did it. */
function processOf(value: JsonMap): { readonly process: JsonMap; readonly parent: JsonMap } {
  const actor = mapOf(evidence(value, "actor", "process"));
  const process = evidence(value, "process");
  if (!isMap(process)) return { process: actor, parent: mapAt(actor, "parent_process") };
  const parent = valueAt(process, "parent_process");
  return { process, parent: isMap(parent) ? parent : actor };
}

function detailsOf(value: JsonMap, facts: OcsfFacts): JsonMap {
  const { process, parent } = processOf(value);
  const domain = firstText(
    value,
    ["query", "hostname"],
    ["dst_endpoint", "hostname"],
    ["dst_endpoint", "domain"],
  );
  return present({
    class: facts.class,
    activity: facts.activity,
    outcome: facts.status,
    rule: facts.rule,
    process_name: textAt(process, "name"),
    command_line: textAt(process, "cmd_line"),
    exe: textAt(process, "file", "path"),
    pid: numberAt(process, "pid"),
    exec_id: textAt(process, "uid"),
    parent_process_name: textAt(parent, "name"),
    parent_pid: numberAt(parent, "pid"),
    file: facts.file,
    module: facts.module,
    dst_ip: firstText(value, ["dst_endpoint", "ip"]),
    dst_port: firstNumber(value, ["dst_endpoint", "port"]),
    src_ip: firstText(value, ["src_endpoint", "ip"]),
    src_port: firstNumber(value, ["src_endpoint", "port"]),
    protocol: firstText(value, ["connection_info", "protocol_name"]),
    domain,
    query: domain === null || facts.class !== "dns_activity" ? null : domain,
    user: userOf(value),
    operation: facts.operation,
    response_code: facts.code === null ? null : Number(facts.code),
    target_user: textAt(value, "user", "name"),
  });
}

/** Who did it; of an authentication, who it is. */
function userOf(value: JsonMap): string | null {
  return firstText(value, ["actor", "user", "name"], ["process", "user", "name"], ["user", "name"]);
}

function enrichmentOf(value: JsonMap): JsonMap {
  const container = containerOf(value);
  const image = textAt(container, "image", "name");
  const tag = textAt(container, "image", "tag") ?? textAt(container, "tag");
  return present({
    node: firstText(value, ["device", "hostname"], ["device", "name"]),
    namespace: distinctTexts(listAt(value, "resources").map((each) => valueAt(each, "namespace")))[0],
    image: taggedImage(image, tag),
    container_name: textAt(container, "name"),
    pod_uid: textAt(container, "pod_uuid"),
    user: userOf(value),
  });
}
