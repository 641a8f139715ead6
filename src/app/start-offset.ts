/** Where a partition begins that nobody has read before. */
import { TransientError } from "../errors.ts";
import type { Log } from "../transport/log.ts";

/** The first offset still in the log. Throws TransientError when the partition is not (yet) known. */
export async function firstOffset(
  log: Pick<Log, "bounds">,
  topic: string,
  partition: number,
): Promise<number> {
  const bounds = (await log.bounds(topic)).get(partition);
  if (bounds === undefined)
    throw new TransientError(`Cannot find the start of ${topic}/${partition}: the log must have it`);
  return bounds.low;
}
