/** The alerts topic read as a consumer would, decoded: for a look from the command line, outside of any group. */
import type { Alert } from "../alerts/alert.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../transport/log.ts";

export interface FollowOptions {
  readonly log: Pick<Log, "bounds" | "read">;
  readonly topic: string;
  readonly decode: (value: Buffer) => Alert | Promise<Alert>;
  readonly clock: Clock;
  /** Ends a following reader when aborted. */
  readonly signal: AbortSignal;
  /** Go on when the end is reached. */
  readonly follow: boolean;
}

const pollMs = 500;

/** All alert records there are, partition by partition, then new ones as they come. Throws TransientError. */
export async function* followAlerts(options: FollowOptions): AsyncGenerator<Alert> {
  const { log, topic, decode, clock, signal, follow } = options;
  const next = new Map<number, number>();
  for (;;) {
    for (const [partition, { low, high }] of await log.bounds(topic)) {
      const from = Math.max(next.get(partition) ?? low, low);
      for await (const records of log.read(topic, partition, from, high)) {
        for (const { value } of records) if (value !== null) yield await decode(value);
      }
      next.set(partition, high);
    }
    if (!follow || signal.aborted) return;
    await clock.sleep(pollMs, signal);
    if (signal.aborted) return;
  }
}
