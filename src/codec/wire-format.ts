/** The Confluent wire format: a zero byte, the schema's id in four bytes (big endian), the Avro value. */
import type { Type } from "avsc";
import { InvalidMessage } from "../errors.ts";

export const headerLength = 5;

/** JSON never begins with a zero byte. */
export function isAvro(value: Buffer): boolean {
  return value[0] === 0;
}

/** Throws InvalidMessage `bad-avro`. */
export function schemaIdOf(value: Buffer): number {
  if (value.length >= headerLength) return value.readUInt32BE(1);
  throw new InvalidMessage("bad-avro", `Cannot read Avro: it must have a header of ${headerLength} bytes`);
}

/** Values are written here first, then copied out at their length; it grows to the longest seen. */
let scratch = Buffer.alloc(16 * 1024);

/** Throws where `value` is not of `type`: a defect of ours. */
export function writeAvro(id: number, type: Type, value: object): Buffer {
  for (;;) {
    const end = type.encode(value, scratch, headerLength);
    if (end >= 0) {
      scratch[0] = 0;
      scratch.writeUInt32BE(id, 1);
      return Buffer.from(scratch.subarray(0, end));
    }
    // A negative end is what is missing.
    scratch = Buffer.alloc((scratch.length - end) * 2);
  }
}
