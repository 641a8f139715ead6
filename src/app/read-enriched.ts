/** Records of the enriched topic → what the correlator does with them. */
import type { LevelRecord } from "../correlation/level-progress.ts";
import type { WatermarkRecord } from "../correlation/raw-progress.ts";
import type { SensorDrop } from "../correlation/sensor-drops.ts";
import { InvalidMessage } from "../errors.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { LogRecord } from "../transport/log.ts";
import {
  chainHeader,
  controlHeader,
  readDrops,
  readLevels,
  readUntil,
  readWatermark,
} from "./control-records.ts";

export type EnrichedItem =
  | { readonly kind: "event"; readonly offset: number; readonly key: string; readonly event: SecurityEvent }
  /** An event that a rule of another group produced; `until` null: it has become part of another. */
  | {
      readonly kind: "chain";
      readonly offset: number;
      readonly key: string;
      readonly event: SecurityEvent;
      readonly until: number | null;
    }
  | { readonly kind: "levels"; readonly offset: number; readonly body: LevelRecord }
  | { readonly kind: "watermark"; readonly offset: number; readonly body: WatermarkRecord }
  | { readonly kind: "drops"; readonly offset: number; readonly body: SensorDrop }
  /** A control record of a kind that this version does not know. */
  | { readonly kind: "other"; readonly offset: number };

export type DecodeEnriched = (value: Buffer) => SecurityEvent | Promise<SecurityEvent>;

/** At once, or a promise while a schema is fetched. Throws or rejects with InvalidMessage, TransientError. */
export function readEnriched(
  record: LogRecord,
  decode: DecodeEnriched,
): EnrichedItem | Promise<EnrichedItem> {
  const { offset, headers, value, key } = record;
  const control = headers[controlHeader];
  if (control === "watermark") return { kind: "watermark", offset, body: readWatermark(headers) };
  if (control === "levels") return { kind: "levels", offset, body: readLevels(headers) };
  if (control === "drops") return { kind: "drops", offset, body: readDrops(headers) };
  if (control !== undefined) return { kind: "other", offset };
  if (value === null || key === null) {
    throw new InvalidMessage("empty", "Cannot judge record: key and value must be present");
  }
  const text = key.toString();
  const item = (event: SecurityEvent): EnrichedItem =>
    headers[chainHeader] === undefined
      ? { kind: "event", offset, key: text, event }
      : { kind: "chain", offset, key: text, event, until: readUntil(headers) };
  const decoded = decode(value);
  return decoded instanceof Promise ? decoded.then(item) : item(decoded);
}
