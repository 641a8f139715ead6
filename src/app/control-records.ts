/** How watermark records and copies are marked on the enriched topic, written and read in one place. */
import type { RawPartitionProgress, WatermarkRecord } from "../correlation/raw-progress.ts";
import { InvalidMessage } from "../errors.ts";
import type { OutgoingRecord } from "../transport/log.ts";

export const copyHeader = "corral-copy";
export const controlHeader = "corral-control";
export const rulesHeader = "corral-rules";
const bodyHeader = "corral-watermark";

export function watermarkRecord(topic: string, partition: number, body: WatermarkRecord): OutgoingRecord {
  return {
    topic,
    partition,
    key: null,
    value: null,
    headers: { [controlHeader]: "watermark", [bodyHeader]: JSON.stringify(body) },
  };
}

/** Throws InvalidMessage where the body is none. */
export function readWatermark(headers: Readonly<Record<string, string>>): WatermarkRecord {
  try {
    const body = JSON.parse(headers[bodyHeader] ?? "") as WatermarkRecord;
    if (isCount(body.raw_partitions) && body.raw_partitions > 0 && body.progress.every(isProgress))
      return body;
  } catch {
    // Falls through to the one message for all that can be wrong with it.
  }
  throw new InvalidMessage(
    "bad-watermark",
    `Cannot read watermark record: its body must be ${bodyHeader} JSON`,
  );
}

function isProgress({ partition, time, offset }: RawPartitionProgress): boolean {
  return isCount(partition) && isCount(offset) && (time === null || Number.isSafeInteger(time));
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
