/** How watermark records and copies are marked on the enriched topic, written and read in one place. */
import type { LevelRecord } from "../correlation/level-progress.ts";
import type { RawPartitionProgress, WatermarkRecord } from "../correlation/raw-progress.ts";
import type { SensorDrop } from "../correlation/sensor-drops.ts";
import { InvalidMessage } from "../errors.ts";
import type { OutgoingRecord } from "../transport/log.ts";

export const copyHeader = "corral-copy";
export const controlHeader = "corral-control";
export const rulesHeader = "corral-rules";
/** Level of the rule that produced the event, on records of rules over rules. */
export const chainHeader = "corral-chain";
const untilHeader = "corral-until";
const bodyHeader = "corral-watermark";
const levelsHeader = "corral-levels";
const dropsHeader = "corral-drops";

export function watermarkRecord(topic: string, partition: number, body: WatermarkRecord): OutgoingRecord {
  return {
    topic,
    partition,
    key: null,
    value: null,
    headers: { [controlHeader]: "watermark", [bodyHeader]: JSON.stringify(body) },
  };
}

/** Tells a partition how far the rules of each level are decided on another. */
export function levelsRecord(topic: string, partition: number, body: LevelRecord): OutgoingRecord {
  return {
    topic,
    partition,
    key: null,
    value: null,
    headers: { [controlHeader]: "levels", [levelsHeader]: JSON.stringify(body) },
  };
}

/** Tells a partition that a sensor lost events: alerts of any group may lack some. */
export function dropsRecord(topic: string, partition: number, body: SensorDrop): OutgoingRecord {
  return {
    topic,
    partition,
    key: null,
    value: null,
    headers: { [controlHeader]: "drops", [dropsHeader]: JSON.stringify(body) },
  };
}

/** Throws InvalidMessage where the body is none. */
export function readDrops(headers: Readonly<Record<string, string>>): SensorDrop {
  try {
    const { node, first, last } = JSON.parse(headers[dropsHeader] ?? "") as SensorDrop;
    const sound = (node === null || typeof node === "string") && [first, last].every(Number.isSafeInteger);
    if (sound) return { node, first, last };
  } catch {
    // Falls through to the one message for all that can be wrong with it.
  }
  throw new InvalidMessage("bad-drops", `Cannot read drops record: its body must be ${dropsHeader} JSON`);
}

/** Throws InvalidMessage where the body is none. */
export function readLevels(headers: Readonly<Record<string, string>>): LevelRecord {
  try {
    const body = JSON.parse(headers[levelsHeader] ?? "") as LevelRecord;
    const sound = body.times.every((time) => time === null || Number.isFinite(time));
    if (Number.isSafeInteger(body.partition) && body.partition >= 0 && sound) return body;
  } catch {
    // Falls through to the one message for all that can be wrong with it.
  }
  throw new InvalidMessage("bad-levels", `Cannot read levels record: its body must be ${levelsHeader} JSON`);
}

/** Headers of an event that a rule produced for rules of another group; `until` null: it has become part of another. */
export function chainHeaders(level: number, until: number | null): Readonly<Record<string, string>> {
  return {
    [copyHeader]: "1",
    [chainHeader]: String(level),
    [untilHeader]: until === null ? "" : String(until),
  };
}

/** When the event of a chain record ends so far; null: it has become part of another. Throws InvalidMessage. */
export function readUntil(headers: Readonly<Record<string, string>>): number | null {
  const text = headers[untilHeader] ?? "";
  if (text === "") return null;
  const until = Number(text);
  if (Number.isSafeInteger(until)) return until;
  throw new InvalidMessage(
    "bad-chain",
    `Cannot read chain record: ${untilHeader} must be a time: current value is ${text}`,
  );
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
