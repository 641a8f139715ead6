/**
 * Events of Tracee's main branch, `v1beta1.Event` as api/v1beta1/event_json.go prints it: `name`, `workload`, `data`.
 *
 * The documentation shows `timestamp: {seconds, nanos}`, `workload.pod` and values under a key that names their type; the
 * code writes RFC 3339, `workload.k8s` and `value`. Both are read. Nothing names the node. A detection has `threat`, and
 * in `detected_from` what set it off.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { containerIdOf, integerOf, mapOf, mapsOf, textOf, textsOf, wordOf } from "./fields.ts";
import { firstFields, maxRead } from "./first-fields.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import { parseTime } from "./parse-time.ts";
import { digestOf } from "./plain-names/image-names.ts";
import type { Source } from "./source.ts";
import { argsByName } from "./tracee/args.ts";
import { type TraceeEvent, type TraceeProcess, traceeDraft } from "./tracee/event.ts";

/** Mappings are those of `tracee`. */
export function traceeV1beta1(types: TypeTable): Source {
  return {
    name: "tracee-v1beta1",
    keys: ["workload"],
    recognises: (value) =>
      typeof value.name === "string" &&
      typeof value.workload === "object" &&
      value.workload !== null &&
      !Array.isArray(value.workload) &&
      Object.hasOwn(value, "timestamp"),
    events: (value) => [traceeDraft(toEvent(value), types)],
  };
}

function toEvent(value: JsonMap): TraceeEvent {
  const workload = mapOf(value.workload);
  const process = mapOf(workload.process);
  const thread = mapOf(process.thread);
  const container = mapOf(workload.container);
  const id = containerIdOf(container.id);
  const args = argsByName(value.data);
  const { data: _, ...rest } = firstFields(value);
  return {
    identity: [
      id ?? "",
      mapOf(value.timestamp),
      wordOf(value.timestamp) ?? "",
      wordOf(value.id) ?? "",
      String(value.name),
      wordOf(thread.host_tid) ?? wordOf(process.host_pid) ?? "",
    ],
    timestamp: millisecondsOf(value.timestamp),
    name: String(value.name),
    args,
    triggeredBy: argsByName(mapOf(value.detected_from).data),
    process: {
      ...processOf(process),
      uid: integerOf(mapOf(process.real_user).id),
      parents: mapsOf(process.ancestors).slice(0, maxRead).map(processOf),
      syscall: textOf(thread.syscall),
    },
    returnValue: integerOf(args.returnValue),
    detection: detectionOf(mapOf(value.threat)),
    policies: textsOf(mapOf(value.policies).matched),
    container: id,
    context: contextOf(workload, container),
    said: { data: args, ...rest },
  };
}

function processOf(process: JsonMap): TraceeProcess {
  return {
    name: textOf(mapOf(process.thread).name),
    exe: textOf(mapOf(process.executable).path),
    pid: integerOf(process.host_pid) ?? integerOf(process.pid),
  };
}

function contextOf(workload: JsonMap, container: JsonMap): TraceeEvent["context"] {
  const k8s = mapOf(workload.k8s);
  const pod = Object.hasOwn(k8s, "pod") ? mapOf(k8s.pod) : mapOf(workload.pod);
  const image = mapOf(container.image);
  const digest = textsOf(image.repo_digests)[0];
  return {
    namespace:
      textOf(mapOf(k8s.namespace).name) ?? textOf(mapOf(workload.namespace).name) ?? textOf(pod.namespace),
    pod: textOf(pod.name),
    pod_uid: textOf(pod.uid),
    pod_labels: Object.hasOwn(pod, "labels") ? mapOf(pod.labels) : null,
    container_name: textOf(container.name),
    image: textOf(image.name),
    image_digest: digestOf(digest ?? null),
  };
}

function millisecondsOf(timestamp: JsonValue | undefined): number {
  if (typeof timestamp === "string") return parseTime(timestamp);
  const { seconds, nanos } = mapOf(timestamp);
  return (integerOf(seconds) ?? Number.NaN) * 1000 + Math.floor((integerOf(nanos) ?? 0) / 1e6);
}

function detectionOf(threat: JsonMap): TraceeEvent["detection"] {
  if (Object.keys(threat).length === 0) return null;
  const { tactic, technique } = mapOf(threat.mitre);
  return {
    id: textOf(mapOf(threat.properties).signatureID),
    name: textOf(threat.name),
    description: textOf(threat.description),
    severity: wordOf(threat.severity) ?? "0",
    tactic: textOf(mapOf(tactic).name),
    technique: textOf(mapOf(technique).id),
  };
}
