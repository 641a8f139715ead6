/**
 * What Falco says of itself (`source: internal`): snapshots of its metrics (falco.org/docs/concepts/metrics) and drops
 * of system calls. Counters with a `_prev` beside them become what came since the snapshot before.
 */
import type { JsonMap } from "../../events/security-event.ts";
import { present, textOf } from "../fields.ts";

export function sensorNumbers(fields: JsonMap): JsonMap {
  return present({
    dropped: metricOf(fields.n_drops) ?? since(fields, "scap.n_drops"),
    dropped_total: metricOf(fields["scap.n_drops"]),
    dropped_percent: metricOf(fields["scap.n_drops_perc"]),
    queue_dropped_total: metricOf(fields["falco.outputs_queue_num_drops"]),
    events: metricOf(fields.n_evts) ?? since(fields, "falco.num_evts"),
    events_total: metricOf(fields["falco.num_evts"]),
    events_per_second: metricOf(fields["falco.evts_rate_sec"]),
    uptime_seconds: metricOf(fields["falco.duration_sec"]),
    sensor_version: textOf(fields["falco.version"]),
  });
}

/** Null where either is missing; a counter that was set back says nothing. */
function since(fields: JsonMap, counter: string): number | null {
  const now = metricOf(fields[counter]);
  const before = metricOf(fields[`${counter}_prev`]);
  return now === null || before === null || now < before ? null : now - before;
}

/** Also as text with a fraction. */
function metricOf(value: JsonMap[string] | undefined): number | null {
  const number = typeof value === "string" && /^\d{1,15}(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}
