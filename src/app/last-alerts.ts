/** What the alerts topic says in the end: per alert its record with the highest revision. */
import type { Alert } from "../alerts/alert.ts";
import type { Log } from "../transport/log.ts";

export type DecodeAlert = (value: Buffer) => Alert | Promise<Alert>;

/** By alert id. Throws TransientError, and InvalidMessage for a record that is no alert. */
export async function lastAlerts(
  log: Pick<Log, "bounds" | "read">,
  topic: string,
  decode: DecodeAlert,
): Promise<ReadonlyMap<string, Alert>> {
  const last = new Map<string, Alert>();
  for (const [partition, { low, high }] of await log.bounds(topic)) {
    for await (const records of log.read(topic, partition, low, high)) {
      for (const { value } of records) {
        if (value === null) continue;
        const alert = await decode(value);
        const known = last.get(alert.id);
        if (known === undefined || known.revision < alert.revision) last.set(alert.id, alert);
      }
    }
  }
  return last;
}
