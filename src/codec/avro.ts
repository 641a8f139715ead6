/**
 * Records in Avro. A reader is built once per writer's schema: the guard along the writer's types, then avsc's resolver
 * from them to ours (0.5 µs a record; built per record it would be 165).
 */
import type { Type } from "avsc";
import { InvalidMessage, messageOf } from "../errors.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { compileGuard } from "./avro-guard.ts";
import { compilePlain } from "./avro-plain.ts";
import type { Codec, RecordFormat, SecurityEventInput } from "./codec.ts";
import { decodeJson, parseMap } from "./json.ts";
import type { SchemaCache } from "./schema-cache.ts";
import { asMap } from "./shape.ts";
import { headerLength, isAvro, schemaIdOf, writeAvro } from "./wire-format.ts";

/** Reads the Avro value behind the header. Throws InvalidMessage. */
export type Read<T> = (value: Buffer) => T;

/** Events hold JSON of 32 levels (maxDepth in the sources' limits.ts), each of which is up to four in our schema. */
const maxRawDepth = 4 * 64 + 16;
/** Elements and entries in one record of a producer: of an event 512 stay. */
const maxRawItems = 16_384;
/** Whatever was taken in raw, and a little that was added, must come back out of our own topics. */
const maxOwnDepth = maxRawDepth + 64;

/** Our own record, by `ours`, whichever version of it wrote. Throws InvalidMessage `bad-schema` if it cannot fit. */
export function recordReader<T>(format: RecordFormat<T>, ours: Type, writer: Type): Read<T> {
  const guard = compileGuard(writer, { depth: maxOwnDepth });
  const resolver = attempt("bad-schema", () => ours.createResolver(writer));
  return (value) => {
    guard(value, headerLength);
    const decoded = attempt(
      "bad-avro",
      () => ours.fromBuffer(value.subarray(headerLength), resolver) as object,
    );
    return format.read(format.fromAvro(decoded));
  };
}

/** Any producer's record, by its own schema, as plain JSON. */
export function inputReader(writer: Type): Read<SecurityEventInput> {
  const guard = compileGuard(writer, { depth: maxRawDepth, items: maxRawItems });
  const plain = compilePlain(writer);
  return (value) => {
    guard(value, headerLength);
    const decoded = attempt("bad-avro", () => writer.fromBuffer(value.subarray(headerLength)) as JsonValue);
    return asMap(plain(decoded), "it");
  };
}

export function avroCodec<T>(
  format: RecordFormat<T>,
  own: { readonly id: number; readonly type: Type },
  readers: SchemaCache<Read<T>>,
): Codec<T> {
  return {
    encode: (value) => writeAvro(own.id, own.type, format.toAvro(value)),
    decode: (value) => (isAvro(value) ? decodeBy(readers, value) : decodeJson(format, value)),
  };
}

export function inputDecoder(readers: SchemaCache<Read<JsonMap>>): Pick<Codec<SecurityEventInput>, "decode"> {
  return { decode: (value) => (isAvro(value) ? decodeBy(readers, value) : parseMap(value)) };
}

function decodeBy<T>(readers: SchemaCache<Read<T>>, value: Buffer): T | Promise<T> {
  const read = readers.get(schemaIdOf(value));
  return read instanceof Promise ? read.then((loaded) => loaded(value)) : read(value);
}

function attempt<T>(reason: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new InvalidMessage(reason, `Cannot read Avro: ${messageOf(cause)}`, { cause });
  }
}
