/**
 * Walks an Avro value along its writer's schema without building anything, and refuses what would hurt the decoder.
 *
 * avsc believes the counts it reads: seven bytes that claim an array of 10^9 items keep it busy for 24 seconds or until
 * memory is gone. Here a block may not claim more items than bytes remain, items and those that take no bytes are counted
 * over the whole value, nesting is bounded, and every length must lie inside the value and use all of it.
 */
import type { Type, types } from "avsc";
import { InvalidMessage } from "../errors.ts";

/** Checks the Avro value in `buffer` from `start` to its end. Throws InvalidMessage `bad-avro`. */
export type Guard = (buffer: Buffer, start: number) => void;

/** Items without bytes (null, empty records) that one value may hold. */
export const maxEmptyItems = 10_000;

export interface GuardBounds {
  /** Records, lists and maps inside each other. */
  readonly depth: number;
  /** Elements of lists and entries of maps, over the whole value; the decoder takes 1 to 3 µs for each. Default: any number. */
  readonly items?: number;
}

interface Cursor {
  readonly buffer: Buffer;
  at: number;
  depth: number;
  items: number;
  emptyItems: number;
}
type Walk = (cursor: Cursor) => void;

export function compileGuard(type: Type, bounds: GuardBounds): Guard {
  const walk = new Compiler(bounds).walkOf(type);
  return (buffer, start) => {
    const cursor = { buffer, at: start, depth: 0, items: 0, emptyItems: 0 };
    walk(cursor);
    if (cursor.at !== buffer.length) refuse(`${buffer.length - cursor.at} bytes follow its end`);
  };
}

/** Turns each type of a schema into a walk, once: schemas may be recursive. */
class Compiler {
  readonly #maxDepth: number;
  readonly #maxItems: number;
  readonly #walks = new Map<Type, Walk>();

  constructor({ depth, items = Number.POSITIVE_INFINITY }: GuardBounds) {
    this.#maxDepth = depth;
    this.#maxItems = items;
  }

  walkOf(type: Type): Walk {
    const known = this.#walks.get(type);
    if (known !== undefined) return known;
    let walk: Walk = () => refuse("its schema has no beginning");
    this.#walks.set(type, (cursor) => walk(cursor));
    walk = this.#compile(type);
    this.#walks.set(type, walk);
    return walk;
  }

  #compile(type: Type): Walk {
    switch (type.typeName) {
      case "null":
        return () => {};
      case "boolean":
        return (cursor) => skip(cursor, 1);
      case "int":
      case "long":
      case "abstract:long":
        return (cursor) => void readLong(cursor);
      case "float":
        return (cursor) => skip(cursor, 4);
      case "double":
        return (cursor) => skip(cursor, 8);
      case "bytes":
      case "string":
        return (cursor) => skip(cursor, readLong(cursor));
      case "fixed": {
        const { size } = type as types.FixedType;
        return (cursor) => skip(cursor, size);
      }
      case "enum": {
        const count = (type as types.EnumType).symbols.length;
        return (cursor) => void readIndex(cursor, count);
      }
      case "array":
        return this.#blocks((type as types.ArrayType).itemsType, () => {});
      case "map":
        return this.#blocks((type as types.MapType).valuesType as Type, (cursor) =>
          skip(cursor, readLong(cursor)),
        );
      case "record":
      case "error":
        return this.#record((type as types.RecordType).fields.map((field) => this.walkOf(field.type)));
      case "union:wrapped":
      case "union:unwrapped": {
        const branches = (type as types.WrappedUnionType).types.map((branch) => this.walkOf(branch));
        return (cursor) => branches[readIndex(cursor, branches.length)]!(cursor);
      }
      default:
        throw new InvalidMessage("bad-schema", `Cannot read Avro: its schema has a type ${type.typeName}`);
    }
  }

  #record(fields: readonly Walk[]): Walk {
    return (cursor) => {
      const start = cursor.at;
      this.#enter(cursor);
      for (const field of fields) field(cursor);
      cursor.depth--;
      // A few small schemas inside each other can make a billion records of no bytes.
      if (cursor.at === start) countEmpty(cursor);
    };
  }

  #blocks(items: Type, key: Walk): Walk {
    const item = this.walkOf(items);
    return (cursor) => {
      this.#enter(cursor);
      for (let count = readLong(cursor); count !== 0; count = readLong(cursor)) {
        const size = count < 0 ? readLong(cursor) : null;
        const start = cursor.at;
        this.#block(cursor, Math.abs(count), item, key);
        // A decoder that skips the block goes by this size.
        if (size !== null && cursor.at - start !== size) refuse("a block is not as long as it says");
      }
      cursor.depth--;
    };
  }

  #block(cursor: Cursor, count: number, item: Walk, key: Walk): void {
    const remaining = cursor.buffer.length - cursor.at;
    if (count > remaining + maxEmptyItems) refuse(`a block claims ${count} items, ${remaining} bytes remain`);
    cursor.items += count;
    if (cursor.items > this.#maxItems) refuse(`it holds more than ${this.#maxItems} items`);
    for (let n = 0; n < count; n++) {
      const before = cursor.at;
      key(cursor);
      item(cursor);
      if (cursor.at === before) countEmpty(cursor);
    }
  }

  #enter(cursor: Cursor): void {
    if (++cursor.depth > this.#maxDepth) refuse(`it nests deeper than ${this.#maxDepth}`);
  }
}

function countEmpty(cursor: Cursor): void {
  if (++cursor.emptyItems > maxEmptyItems) refuse(`it holds more than ${maxEmptyItems} items without bytes`);
}

function skip(cursor: Cursor, length: number): void {
  if (length < 0 || length > cursor.buffer.length - cursor.at) {
    refuse(`a length of ${length} does not fit the ${cursor.buffer.length - cursor.at} bytes that remain`);
  }
  cursor.at += length;
}

function readIndex(cursor: Cursor, count: number): number {
  const index = readLong(cursor);
  return index >= 0 && index < count ? index : refuse(`branch ${index} of ${count}`);
}

/** A zigzag varint of at most ten bytes; beyond 2^53 it is only about right, which is enough to refuse it. */
function readLong(cursor: Cursor): number {
  const { buffer } = cursor;
  let value = 0;
  let scale = 1;
  for (let bytes = 0; bytes < 10; bytes++) {
    const byte = buffer[cursor.at++];
    if (byte === undefined) return refuse("it is cut off");
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    scale *= 128;
  }
  return refuse("a number has more than ten bytes");
}

function refuse(what: string): never {
  throw new InvalidMessage("bad-avro", `Cannot read Avro: it must follow its schema: ${what}`);
}
