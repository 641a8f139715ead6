/**
 * Events of Tracee's releases up to v0.24.1, `trace.Event` (types/trace/trace.go): `eventName`, `eventId`, `args`.
 *
 * `timestamp` counts nanoseconds. `hostName` is the UTS name of the process, in a container often the container's id, so
 * it names no node. Before v0.13 container and pod are flat fields. A detection is an event with `signatureID` in
 * `metadata.Properties`; what set it off is in the argument `triggeredBy`.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { containerIdOf, integerOf, mapOf, textOf, textsOf, wordOf } from "./fields.ts";
import { firstFields } from "./first-fields.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import type { Source } from "./source.ts";
import { argsByName } from "./tracee/args.ts";
import { type TraceeEvent, traceeDraft } from "./tracee/event.ts";

export function tracee(types: TypeTable): Source {
  return {
    name: "tracee",
    keys: ["eventName"],
    recognises: (value) =>
      typeof value.eventName === "string" &&
      Object.hasOwn(value, "eventId") &&
      Object.hasOwn(value, "processId"),
    events: (value) => [traceeDraft(toEvent(value), types)],
  };
}

function toEvent(value: JsonMap): TraceeEvent {
  const container = mapOf(value.container);
  const pod = mapOf(value.kubernetes);
  const args = argsByName(value.args);
  const { args: _, ...rest } = firstFields(value);
  return {
    identity: [
      wordOf(value.hostName) ?? "",
      wordOf(value.timestamp) ?? "",
      wordOf(value.eventId) ?? "",
      wordOf(value.hostThreadId) ?? wordOf(value.threadId) ?? "",
    ],
    timestamp: millisecondsOf(value.timestamp),
    name: String(value.eventName),
    args,
    triggeredBy: argsByName(mapOf(args.triggeredBy).args),
    process: {
      name: textOf(value.processName),
      exe: textOf(mapOf(value.executable).path),
      pid: integerOf(value.hostProcessId) ?? integerOf(value.processId),
      uid: integerOf(value.userId),
      parents: [
        {
          name: null,
          exe: null,
          pid: integerOf(value.hostParentProcessId) ?? integerOf(value.parentProcessId),
        },
      ],
      syscall: textOf(value.syscall),
    },
    returnValue: integerOf(value.returnValue),
    detection: detectionOf(mapOf(value.metadata)),
    policies: textsOf(value.matchedPolicies),
    container: containerIdOf(textOf(value.containerId) ?? textOf(container.id)),
    context: {
      namespace: textOf(pod.podNamespace) ?? textOf(value.podNamespace),
      pod: textOf(pod.podName) ?? textOf(value.podName),
      pod_uid: textOf(pod.podUID) ?? textOf(value.podUID),
      container_name: textOf(container.name) ?? textOf(value.containerName),
      image: textOf(container.image) ?? textOf(value.containerImage),
      image_digest: textOf(container.imageDigest),
    },
    said: { args, ...rest },
  };
}

/** 19 digits, which come as text. A number of fewer is exact. NaN: neither. */
function millisecondsOf(nanoseconds: JsonValue | undefined): number {
  if (typeof nanoseconds === "number") return Math.floor(nanoseconds / 1e6);
  if (typeof nanoseconds !== "string" || !/^-?\d{1,30}$/.test(nanoseconds)) return Number.NaN;
  const exact = BigInt(nanoseconds);
  return Number(exact / 1_000_000n) - (exact < 0n && exact % 1_000_000n !== 0n ? 1 : 0);
}

function detectionOf(metadata: JsonMap): TraceeEvent["detection"] {
  const properties = mapOf(metadata.Properties);
  const id = textOf(properties.signatureID);
  if (id === null) return null;
  return {
    id,
    name: textOf(properties.signatureName),
    description: textOf(metadata.Description),
    severity: wordOf(properties.Severity),
    tactic: textOf(properties.Category),
    technique: textOf(properties.external_id),
  };
}
