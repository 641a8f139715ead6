/** An alert of the engine about itself, as a record of the alerts topic. */
import type { Alert } from "../alerts/alert.ts";
import { type EngineFinding, engineAlert } from "../alerts/engine-alert.ts";
import type { OutgoingRecord } from "../transport/log.ts";

/** The same finding gives the same record, whoever writes it. */
export function findingRecord(
  finding: EngineFinding,
  topic: string,
  encode: (alert: Alert) => Buffer,
): OutgoingRecord {
  const alert = engineAlert(finding);
  return { topic, key: alert.fingerprint, value: encode(alert) };
}
