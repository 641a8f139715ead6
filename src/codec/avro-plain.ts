/**
 * What a producer wrote in Avro, as plain JSON, going by the producer's own schema.
 *
 * Resolving it to ours (schema resolution of the Avro specification) would refuse whatever is not ours: another record
 * name, `details` as a record, a Falco alert; and drop fields we do not know. The sources read the JSON instead, as
 * they read any. Longs keep their digits as text where a double cannot hold them, finer timestamps become
 * milliseconds, bytes become base64, not-a-number becomes null.
 */

import type { ForSchemaOptions, Type, types } from "avsc";
import avro from "avsc";
import type { JsonValue } from "../events/security-event.ts";

type Plain = (value: unknown) => JsonValue;

/**
 * For parsing a writer's schema: unions keep the branch that was written (long and double may stand in one). Fresh ones
 * for each schema, since avsc keeps the names it meets in them.
 */
export const writerOptions = (): Partial<ForSchemaOptions> => ({
  wrapUnions: "always",
  omitRecordMethods: true,
  typeHook: (schema) => {
    const { type, logicalType } = typeof schema === "object" ? (schema as LogicalSchema) : { type: schema };
    return type === "long" ? longOf(logicalType) : undefined;
  },
});

interface LogicalSchema {
  readonly type?: unknown;
  readonly logicalType?: string;
}

/** Converts what avsc decodes by `type`, parsed with `writerOptions()`. */
export function compilePlain(type: Type): Plain {
  return compile(type, new Map());
}

function compile(type: Type, known: Map<Type, Plain>): Plain {
  const before = known.get(type);
  if (before !== undefined) return before;
  let plain: Plain = () => null;
  known.set(type, (value) => plain(value));
  plain = build(type, (inner) => compile(inner, known));
  return plain;
}

function build(type: Type, inner: (type: Type) => Plain): Plain {
  switch (type.typeName) {
    case "float":
    case "double":
      return (value) => (Number.isFinite(value) ? (value as number) : null);
    case "bytes":
    case "fixed":
      return (value) => (value as Buffer).toString("base64");
    case "array": {
      const item = inner((type as types.ArrayType).itemsType);
      return (value) => (value as readonly unknown[]).map(item);
    }
    case "map": {
      const item = inner((type as types.MapType).valuesType as Type);
      return (value) =>
        Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, item(each)]));
    }
    case "record":
    case "error":
      return ofRecord(type as types.RecordType, inner);
    case "union:wrapped":
      return ofUnion((type as types.WrappedUnionType).types, inner);
    default:
      return (value) => value as JsonValue;
  }
}

function ofRecord(type: types.RecordType, inner: (type: Type) => Plain): Plain {
  const fields = type.fields.map((field) => [field.name, inner(field.type)] as const);
  // Our own wrapping of what nests; see value.ts.
  if (type.name === "io.corral.Value") return (value) => fields[0]![1]((value as { value: unknown }).value);
  if (type.name === "io.corral.Entries")
    return ofEntries(inner((type.fields[0]!.type as types.ArrayType).itemsType));
  return (value) =>
    Object.fromEntries(
      fields.map(([name, plain]) => [name, plain((value as Record<string, unknown>)[name])]),
    );
}

function ofEntries(entry: Plain): Plain {
  return (value) => {
    const entries = (value as { entries: readonly unknown[] }).entries.map(entry);
    return Object.fromEntries(
      (entries as { key: string; value: JsonValue }[]).map(({ key, value }) => [key, value]),
    );
  };
}

/** avsc gives `{branch: value}`, null bare. */
function ofUnion(branches: readonly Type[], inner: (type: Type) => Plain): Plain {
  const plain = new Map(branches.map((branch) => [branch.branchName, inner(branch)]));
  return (value) => {
    if (value === null) return null;
    const [branch] = Object.keys(value as object);
    return plain.get(branch)!((value as Record<string, unknown>)[branch!]);
  };
}

/** A long as a number where that is exact, else as text; finer timestamps in milliseconds. */
function longOf(logicalType: string | undefined): Type {
  const perMillisecond =
    { "timestamp-micros": 1_000n, "timestamp-nanos": 1_000_000n }[logicalType ?? ""] ?? 1n;
  return avro.types.LongType.__with({
    fromBuffer: (bytes: Buffer) => exact(floorDivide(bytes.readBigInt64LE(), perMillisecond)),
    toBuffer: (value: number | string) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(value));
      return bytes;
    },
    fromJSON: (value: unknown) => value,
    toJSON: (value: unknown) => value,
    isValid: (value: unknown) => typeof value === "number" || typeof value === "string",
    compare: (a: number, b: number) => a - b,
  });
}

function floorDivide(value: bigint, by: bigint): bigint {
  const rest = ((value % by) + by) % by;
  return (value - rest) / by;
}

function exact(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
