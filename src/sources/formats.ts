/**
 * All formats that Corral reads, in the order in which they are tried; a new one is added here and nowhere else. Built
 * once at start from the mappings, so that a bad mapping never meets a record.
 */
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
import { kubernetesAudit } from "./kubernetes-audit.ts";
import type { Mappings } from "./mapping/load-mappings.ts";
import { native } from "./native.ts";
import { ocsf } from "./ocsf.ts";
import type { Envelope, LineSource, Source } from "./source.ts";
import { sysdig } from "./sysdig.ts";

export interface Formats {
  readonly envelopes: readonly Envelope[];
  /** The more telling shapes first. */
  readonly sources: readonly Source[];
  readonly lines: readonly LineSource[];
}

export function formatsOf(mappings: Mappings): Formats {
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
      falco(mappings.typesOf("falco")),
      kubernetesAudit(mappings.typesOf("kubernetes-audit")),
      gkeAudit(mappings.typesOf("kubernetes-audit")),
      ocsf(mappings.typesOf("ocsf")),
      sysdig(mappings.typesOf("sysdig")),
      native,
    ],
    lines: [],
  };
}
