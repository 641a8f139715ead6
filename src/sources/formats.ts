/**
 * All formats that Corral reads, in the order in which they are tried; a new one is added here and nowhere else. Built
 * once at start from the mappings, so that a bad mapping never meets a record.
 */
import type { JsonMap } from "../events/security-event.ts";
import { auditd } from "./auditd.ts";
import { byKeys } from "./by-keys.ts";
import { docker } from "./docker.ts";
import { aksDiagnostic } from "./envelopes/aks-diagnostic.ts";
import { cloudeventsBinary, cloudeventsStructured } from "./envelopes/cloudevents.ts";
import { dockerJsonLog } from "./envelopes/docker-json-log.ts";
import { eventList } from "./envelopes/event-list.ts";
import { filebeat } from "./envelopes/filebeat.ts";
import { fluentBit } from "./envelopes/fluent-bit.ts";
import { kafkaRest } from "./envelopes/kafka-rest.ts";
import { otlpLogs } from "./envelopes/otlp-logs.ts";
import { vector } from "./envelopes/vector.ts";
import { falco } from "./falco.ts";
import { gkeAudit } from "./gke-audit.ts";
import { kubearmor } from "./kubearmor.ts";
import { kubernetesAudit } from "./kubernetes-audit.ts";
import { linuxAudit } from "./linux-audit.ts";
import type { Mappings } from "./mapping/load-mappings.ts";
import { ownSource } from "./mapping/own-source.ts";
import { type TypeTable, typeTable } from "./mapping/type-table.ts";
import { native } from "./native.ts";
import { ocsf } from "./ocsf.ts";
import type { Envelope, LineSource, Source } from "./source.ts";
import { sshd } from "./sshd.ts";
import { sysdig } from "./sysdig.ts";
import { tetragon } from "./tetragon.ts";
import { tracee } from "./tracee.ts";
import { traceeV1beta1 } from "./tracee-v1beta1.ts";

export interface Formats {
  readonly envelopes: readonly Envelope[];
  /** The more telling shapes first. */
  readonly sources: readonly Source[];
  readonly lines: readonly LineSource[];
  /** Of `envelopes` those that a map may be, in their order. */
  envelopesFor(map: JsonMap): readonly Envelope[];
  /** Likewise of `sources`. */
  sourcesFor(map: JsonMap): readonly Source[];
}

/** Sources of one's own are tried before those that ship: who describes a shape knows it best. */
export function formatsOf(mappings: Mappings): Formats {
  const own = mappings.own.map((each) => ownSource(each, mappings.typesOf(each.source)));
  const { envelopes, sources: shipped, lines } = builtIn(mappings.typesOf);
  const sources = [...own, ...shipped];
  return { envelopes, sources, lines, envelopesFor: byKeys(envelopes), sourcesFor: byKeys(sources) };
}

function builtIn(typesOf: (source: string) => TypeTable): Pick<Formats, "envelopes" | "sources" | "lines"> {
  return {
    envelopes: [
      cloudeventsBinary,
      cloudeventsStructured,
      otlpLogs,
      eventList,
      aksDiagnostic,
      kafkaRest,
      dockerJsonLog,
      filebeat,
      vector,
      fluentBit,
    ],
    sources: [
      falco(typesOf("falco")),
      tetragon(typesOf("tetragon")),
      tracee(typesOf("tracee")),
      traceeV1beta1(typesOf("tracee")),
      kubernetesAudit(typesOf("kubernetes-audit")),
      gkeAudit(typesOf("kubernetes-audit")),
      ocsf(typesOf("ocsf")),
      sysdig(typesOf("sysdig")),
      kubearmor(typesOf("kubearmor")),
      docker(typesOf("docker")),
      linuxAudit(typesOf("auditd")),
      native,
    ],
    lines: [sshd(typesOf("sshd")), auditd(typesOf("auditd"))],
  };
}

/** Names that sources of one's own must not have: of all that ships, and of what nobody knows. */
export const builtInNames: readonly string[] = [
  ...Object.values(builtIn(() => typeTable([])))
    .flat()
    .map(({ name }: { readonly name: string }) => name),
  "unmapped",
];
