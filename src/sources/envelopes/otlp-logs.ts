/**
 * OTLP logs as JSON: `resourceLogs[].scopeLogs[].logRecords[]`, what the collector's kafka exporter sends as `otlp_json`.
 * Bodies are JSON in a `stringValue`, lines, or maps. Attributes by the semantic conventions (k8s.*, container.*, host.*)
 * say who wrote the record.
 *
 * falcosidekick's OTLP output keeps an alert's fields in the body's text alone; with its attributes it is a Falco alert.
 */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { containerIdOf, isMap, listAt, numberAt, present, textAt, valueAt } from "../fields.ts";
import { taggedImage } from "../plain-names/image-names.ts";
import type { Enclosed, Envelope, Surroundings } from "../source.ts";
import { inside } from "../standing-in.ts";
import { logged } from "./logged.ts";
import { nameAt } from "./written-by.ts";

export const otlpLogs: Envelope = {
  name: "otlp-logs",
  keys: ["resourceLogs"],
  recognises: (value) => Array.isArray(value.resourceLogs),
  open: (value, around) =>
    listAt(value, "resourceLogs").flatMap((resource) => {
      const within = withWriter(around, attributesOf(valueAt(resource, "resource")));
      return ["scopeLogs", "instrumentationLibraryLogs"]
        .flatMap((key) => listAt(resource, key))
        .flatMap((scope) => ["logRecords", "logs"].flatMap((key) => listAt(scope, key)))
        .map((record) => enclosed(record, within));
    }),
};

function enclosed(record: JsonValue, around: Surroundings): Enclosed {
  const attributes = attributesOf(record);
  const time =
    nanoseconds(valueAt(record, "timeUnixNano")) ?? nanoseconds(valueAt(record, "observedTimeUnixNano"));
  const within = withWriter(around, attributes, time === null ? null : Number(time / 1_000_000n));
  const body = plain(valueAt(record, "body"), deepest);
  if (typeof body !== "string") return { value: body ?? attributes, around: within };
  if (isFalco(attributes) && time !== null)
    return { value: falcoAlert(body, attributes, time), around: within };
  const severity = textAt(record, "severityText");
  return { value: logged(body), around: within, fields: { ...present({ severity }), ...attributes } };
}

/** Nanoseconds since 1970 as digits, which JSON has as text; 0 is unknown. */
function nanoseconds(value: JsonValue | undefined): bigint | null {
  const digits = typeof value === "number" ? String(value) : value;
  return typeof digits === "string" && /^[1-9]\d{0,18}$/.test(digits) ? BigInt(digits) : null;
}

/** Nesting of an AnyValue that is looked into. */
const deepest = 32;

function plain(value: JsonValue | undefined, depth: number): JsonValue {
  if (!isMap(value) || depth === 0) return null;
  for (const kind of ["stringValue", "doubleValue", "boolValue", "bytesValue"]) {
    const scalar = valueAt(value, kind);
    if (scalar !== undefined && (typeof scalar !== "object" || scalar === null)) return scalar;
  }
  const integer = numberAt(value, "intValue") ?? textAt(value, "intValue");
  if (integer !== null) return integer;
  if (isMap(value.kvlistValue)) return pairs(listAt(value, "kvlistValue", "values"), depth - 1);
  return listAt(value, "arrayValue", "values").map((each) => plain(each, depth - 1));
}

function pairs(list: readonly JsonValue[], depth: number): JsonMap {
  return Object.fromEntries(
    list.flatMap((pair) => {
      const key = textAt(pair, "key");
      return key === null ? [] : [[key, plain(valueAt(pair, "value"), depth)]];
    }),
  );
}

function attributesOf(owner: JsonValue | undefined): JsonMap {
  return pairs(listAt(owner, "attributes"), deepest);
}

const workloads = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job"];

function withWriter(around: Surroundings, attributes: JsonMap, time: number | null = null): Surroundings {
  const named = (key: string) => nameAt(attributes, key);
  const kind = workloads.find((each) => named(`k8s.${each.toLowerCase()}.name`) !== null);
  const image = named("container.image.name");
  const tag = named("container.image.tag") ?? nameAt(listAt(attributes, "container.image.tags")[0]);
  return inside(around, {
    time,
    container_id: containerIdOf(named("container.id")),
    enrichment: present({
      cluster: named("k8s.cluster.name"),
      node: named("k8s.node.name") ?? named("host.name"),
      namespace: named("k8s.namespace.name"),
      pod: named("k8s.pod.name"),
      workload: kind === undefined ? null : named(`k8s.${kind.toLowerCase()}.name`),
      workload_kind: kind,
      container_name: named("k8s.container.name") ?? named("container.name"),
      image: taggedImage(image, tag),
    }),
  });
}

function isFalco(attributes: JsonMap): boolean {
  return textAt(attributes, "rule") !== null && textAt(attributes, "priority") !== null;
}

function falcoAlert(output: string, attributes: JsonMap, time: bigint): JsonMap {
  const seconds = new Date(Number(time / 1_000_000_000n) * 1_000).toISOString().slice(0, 19);
  const { tags } = attributes;
  return {
    ...attributes,
    output,
    time: `${seconds}.${String(time % 1_000_000_000n).padStart(9, "0")}Z`,
    output_fields: {},
    ...(typeof tags === "string" ? { tags: tags.split(",").slice(0, 100) } : {}),
  };
}
