/** Records as JSON: what is written without a schema registry, and read with or without one. */
import { InvalidMessage } from "../errors.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import type { RecordFormat } from "./codec.ts";
import { asMap } from "./shape.ts";

export function encodeJson(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** Throws InvalidMessage `not-json` or `bad-shape`. */
export function decodeJson<T>(format: Pick<RecordFormat<T>, "read">, value: Buffer): T {
  return format.read(parseMap(value));
}

export function parseMap(value: Buffer): JsonMap {
  return asMap(parse(value.toString("utf8")), "it");
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new InvalidMessage("not-json", "Cannot read record: value must be JSON or registered Avro", {
      cause,
    });
  }
}
