import avro, { type Type } from "avsc";
import { avroCodec, inputDecoder, inputReader, type Read, recordReader } from "../../src/codec/avro.ts";
import { writerOptions } from "../../src/codec/avro-plain.ts";
import type { Codec, RecordFormat } from "../../src/codec/codec.ts";
import { type SchemaCache, schemaCache } from "../../src/codec/schema-cache.ts";
import { schemaType } from "../../src/codec/schemas.ts";
import { InvalidMessage } from "../../src/errors.ts";
import type { JsonMap } from "../../src/events/security-event.ts";

/** An Avro codec as with a registry that knows our own schema as 7 and `writers` from 8 on. */
export function avroCodecOf<T>(format: RecordFormat<T>, ...writers: readonly object[]): Codec<T> {
  const type = schemaType(format.schema);
  const types = [type, ...writers.map((writer) => avro.Type.forSchema(writer as never))];
  const known = new Map<number, Read<T>>(
    types.map((writer, n) => [7 + n, recordReader(format, type, writer)]),
  );
  return avroCodec(format, { id: 7, type }, fixed(known));
}

/** Decodes what `writer` (id 7) wrote, as plain JSON. */
export function plainOf(writer: object): (value: Buffer) => JsonMap {
  const type = avro.Type.forSchema(structuredClone(writer) as never, writerOptions());
  const decoder = inputDecoder(fixed(new Map([[7, inputReader(type)]])));
  return (value) => {
    const decoded = decoder.decode(value);
    if (decoded instanceof Promise) throw new Error("a known schema must be read without a promise");
    return decoded;
  };
}

/** Behind the wire format's header. */
export function framed(body: Buffer | readonly number[], id = 7): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 0, id]), Buffer.from(body as Buffer)]);
}

export function written(writer: object, value: unknown, id = 7): Buffer {
  const type: Type = avro.Type.forSchema(structuredClone(writer) as never, { wrapUnions: "always" });
  return framed(type.toBuffer(value), id);
}

export function reasonOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InvalidMessage) return error.reason;
    throw error;
  }
  throw new Error("nothing was thrown");
}

function fixed<R>(known: ReadonlyMap<number, R>): SchemaCache<R> {
  return schemaCache({
    load: () => Promise.reject(new InvalidMessage("unknown-schema", "no registry")),
    known,
  });
}
