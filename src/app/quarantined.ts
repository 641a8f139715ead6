/** What is said of a record that processing stumbles over again and again: a dead letter of this reason, and an alert. */
import type { EngineFinding } from "../alerts/engine-alert.ts";
import type { LogRecord } from "../transport/log.ts";

export const quarantined = {
  reason: "quarantined",
  finding: ({ topic, partition, offset, timestamp }: LogRecord, why: string): EngineFinding => ({
    rule: "corral_record_quarantined",
    name: "Record Set Aside",
    severity: "high",
    group: { topic, partition: String(partition) },
    identity: String(offset),
    at: timestamp,
    reason: `offset ${offset} of ${topic}/${partition} cannot be processed and was set aside in the dead letters: ${why}`,
  }),
};
