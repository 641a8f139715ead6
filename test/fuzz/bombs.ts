/**
 * Attacks by name: records as large as they may be, each made to hurt in one way, in every place of every format; and
 * what does not come as one record: compressed batches, counts of Avro, text for the regular expressions.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import { lz4Compress, snappyCompress } from "@platformatic/wasm-utils";
import kafkajs from "kafkajs";
import ts from "typescript";
import { maxBytes, maxEventsPerRecord } from "../../src/sources/limits.ts";
import { installBoundedCodecs } from "../../src/transport/kafka/kafkajs/bounded-codecs.ts";
import { markOf } from "../../src/transport/kafka/kafkajs/marked-batch.ts";
import { framed } from "../codec/support.ts";
import type { FuzzRecord } from "./mutate.ts";
import type { Seeds } from "./seeds.ts";

export interface Attack {
  readonly name: string;
  /** Throws what is wrong. */
  readonly run: () => unknown;
}

/** Records, each to be judged within the bound. Made one by one, those that are wanted: together they are gigabytes. */
export function* recordBombs(
  { own }: Seeds,
  isWanted: (name: string) => boolean = () => true,
): Generator<FuzzRecord> {
  for (const [name, text] of Object.entries(texts())) {
    yield { name, value: Buffer.from(text), headers: {} };
  }
  for (const [name, body] of Object.entries(avroBodies)) {
    yield { name: `avro ${name}`, value: framed(body), headers: {} };
  }
  for (const { name, value, headers } of own) {
    const text = textOf(value);
    const room = maxBytes - text.length;
    for (const place of placesIn(JSON.parse(text))) {
      for (const [attack, filling] of Object.entries(fillings)) {
        const bomb = `${name}: ${attack} at ${place.join(".")}`;
        if (!isWanted(bomb)) continue;
        const filled = withAt(JSON.parse(text), place, filling(room - 100));
        yield {
          name: bomb,
          value: Buffer.from(textOf(filled)),
          headers,
        };
      }
    }
  }
}

export function attacks(): readonly Attack[] {
  return [...codecBombs(), ...slowExpressions()];
}

const size = maxBytes - 200;
const half = size / 2;

/** Whole records. */
function texts(): Readonly<Record<string, string>> {
  return {
    "lists 500,000 deep": "[".repeat(500_000),
    "closed lists 500,000 deep": "[".repeat(500_000) + "]".repeat(500_000),
    "maps 170,000 deep": '{"a":'.repeat(170_000),
    "closed maps 150,000 deep": `${'{"a":'.repeat(150_000)}1${"}".repeat(150_000)}`,
    "lists 255 deep, many": `[${Array(2_000)
      .fill("[".repeat(255) + "]".repeat(255))
      .join()}]`,
    nulls: `[${"null,".repeat(size / 5)}null]`,
    "empty maps": `[${"{},".repeat(size / 3)}{}]`,
    "empty lists": `[${"[],".repeat(size / 3)}[]]`,
    "short texts": `[${'"",'.repeat(size / 3)}""]`,
    "native events, as many as may be": `[${'{"type":"a","timestamp":1},'.repeat(maxEventsPerRecord - 1)}{"type":"b","timestamp":1}]`,
    "native events of many fields, as many as may be": `[${manyEvents(maxEventsPerRecord)}]`,
    "native events": `[${'{"type":"a","timestamp":1},'.repeat(size / 27)}7]`,
    "one doubled key": `{${'"a":1,'.repeat(size / 6)}"type":"a","timestamp":1}`,
    "many maps of one key each": `[${Array.from({ length: 80_000 }, (_, index) => `{"k${index}":1}`).join()}]`,
    "many maps of ten keys each": `[${manyMaps(8_000, 10).join()}]`,
    "maps of many keys in each other": manyMaps(20, 4_000).reduce(
      (all, map) => `{"in":${all},${map.slice(1)}`,
    ),
    "many keys": `{${Array.from({ length: 80_000 }, (_, index) => `"k${index}":1`).join()}}`,
    aliases: `{"a":"&a","b":["*a","*a"],"<<":{"*a":"*a"},"&a":${JSON.stringify(Array(100_000).fill("*a"))}}`,
    digits: "9".repeat(size),
    "digits in a list": `[${"12345678901234567890,".repeat(size / 21)}1]`,
    fraction: `[0.${"1".repeat(size)}]`,
    exponents: `{"type":"a","timestamp":1e999,"details":{"a":-1e999,"b":[1e999]}}`,
    backslashes: `"${"\\\\".repeat(half)}"`,
    "backslashes, open": `"1234567890123456${"\\".repeat(size - 20)}`,
    quotes: `1234567890123456${'"'.repeat(size - 20)}`,
    surrogates: `{"type":"a\\ud800","timestamp":1,"details":{"\\udc00":"${"\\ud83d".repeat(100_000)}"}}`,
    prototype: `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"type":"a","timestamp":1}`,
    spaces: `${" ".repeat(size)}{}`,
    "bytes that are no text": "\u0080".repeat(half),
  };
}

/** Together as large as a record may be, each with something to look up and for rules to look at. */
function manyEvents(count: number): string {
  const padding = "x".repeat(size / count - 310);
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      timestamp: 1_767_607_200_000 + index,
      type: "network_connection",
      container_id: `c${index % 100}`,
      severity: "info",
      details: {
        dst_ip: `10.0.0.${index % 250}`,
        process_name: "curl",
        cmdline: `curl https://example.com/${index}`,
        image: `registry.example/app:1.${index % 9}`,
        padding,
      },
    }),
  ).join();
}

/** Every key another one. */
function manyMaps(count: number, keys: number): readonly string[] {
  return Array.from({ length: count }, (_, map) => {
    const members = Array.from({ length: keys }, (__, key) => `"k${map * keys + key}":1`);
    return `{${members.join()}}`;
  });
}

const billion = [0x80, 0xa8, 0xd6, 0xb9, 0x07];
const head = [2, 97, 0, 2, 97, 0, 2, 97, 2, 97];
const avroBodies: Readonly<Record<string, readonly number[]>> = {
  "details of 10^9 entries": [...head, ...billion, 0],
  "a text of 10^9 bytes": [...billion, 97],
  "a list of 10^9 items": [...head, 2, 2, 97, 8, ...billion, 0],
  "negative count": [...head, ...billion.map((byte, index) => (index === 0 ? byte | 1 : byte)), 0, 0],
  "500,000 flags in a list": [...head, 2, 2, 97, 8, ...varint(500_000), ...flags(500_000), 0, 0, 0],
  "16,000 flags in a list": [...head, 2, 2, 97, 8, ...varint(16_000), ...flags(16_000), 0, 0, 0],
  "16,384 different keys": [...head, ...varint(16_384), ...keysFrom(16_384), 0, 0],
  "100,000 different keys": [...head, ...varint(100_000), ...keysFrom(100_000), 0, 0],
  "lists without end": [...head, 2, 2, 97, ...Array<number>(100_000).fill(8)],
};

/** As Avro counts: zigzag, seven bits a byte. */
function varint(count: number): readonly number[] {
  const bytes: number[] = [];
  for (let left = count * 2; ; left >>= 7) {
    bytes.push(left > 127 ? (left & 127) | 128 : left);
    if (left <= 127) return bytes;
  }
}

function flags(count: number): readonly number[] {
  return Array.from({ length: count }, () => [2, 1]).flat();
}

/** Entries of a map, each a key of six letters and null. */
function keysFrom(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => [
    12,
    ...Buffer.from(index.toString(36).padStart(6, "0")),
    0,
  ]).flat();
}

/** What stands in a place, of about so many bytes. */
const fillings: Readonly<Record<string, (room: number) => unknown>> = {
  "a long text": (room) => "a".repeat(room),
  digits: (room) => "1".repeat(room),
  "spaces and an end": (room) => `${" ".repeat(room)}x`,
  arrows: (room) => "->:".repeat(room / 3),
  pairs: (room) => "a=b ".repeat(room / 4),
  "open quotes": (room) => "a='".repeat(room / 3),
  percents: (room) => "%2".repeat(room / 2),
  slashes: (room) => "/..".repeat(room / 3),
  brackets: (room) => "[{".repeat(room / 2),
  "json in text": (room) => `[${"[1],".repeat(room / 4)}[1]]`,
  "many keys": (room) =>
    Object.fromEntries(Array.from({ length: room / 16 }, (_, index) => [`k${index}`, index])),
  "many items": (room) => Array<number>(Math.floor(room / 2)).fill(1),
  "many maps": (room) => Array<object>(Math.floor(room / 12)).fill({ key: "a" }),
  deep: (room) => nested(Math.min(240, room)),
};

function nested(depth: number): unknown {
  return depth === 0 ? "x" : depth % 2 === 0 ? [nested(depth - 1)] : { a: nested(depth - 1) };
}

function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => placesIn(each, [...path, key]))];
}

/** `value` is changed in place. */
function withAt(value: unknown, [key, ...rest]: readonly string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const map = value as Record<string, unknown>;
  map[key] = withAt(map[key], rest, replacement);
  return map;
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, each) => (typeof each === "bigint" ? String(each) : each));
}

/** A batch that opens to more than the bound comes as a marked one, and soon. */
function codecBombs(): readonly Attack[] {
  const zeros = Buffer.alloc(128 * 1024 * 1024);
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const packed = {
    GZIP: () => zlib.gzipSync(zeros),
    ZSTD: () => zlib.zstdCompressSync(zeros),
    Snappy: () => snappyCompress(zeros),
    LZ4: () => lz4Compress(zeros),
  };
  return Object.entries(packed).map(([name, pack]) => ({
    name: `${name} bomb`,
    run: async () => {
      installBoundedCodecs(32 * 1024 * 1024);
      const bomb = pack();
      const codec = CompressionCodecs[CompressionTypes[name as keyof typeof packed]]!() as {
        decompress(bytes: Buffer): Promise<Buffer>;
      };
      const before = process.memoryUsage().rss;
      const opened = await codec.decompress(batchOf(bomb));
      if (opened.length > 10_000) throw new Error(`it opened to ${opened.length} bytes`);
      if (markOf(opened) === undefined) throw new Error("it must come as a marked batch");
      const grown = process.memoryUsage().rss - before;
      if (grown > 96 * 1024 * 1024) throw new Error(`memory grew by ${grown} bytes`);
    },
  }));
}

/** The bytes behind a batch header that claims one record. */
function batchOf(packed: Buffer): Buffer {
  const bytes = Buffer.alloc(61 + packed.length);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt8(2, 16);
  bytes.writeInt32BE(1, 57);
  packed.copy(bytes, 61);
  return bytes.subarray(61);
}

const sources = fileURLToPath(new URL("../../src/sources/", import.meta.url));
/** Per expression and text, milliseconds of CPU. */
const maxMatch = 50;

/** Every regular expression in the sources against long texts made of what it looks for. */
function slowExpressions(): readonly Attack[] {
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return files.flatMap((file) =>
    expressionsIn(file).map((expression) => ({
      name: `${file} ${expression}`,
      run: () => {
        for (const pump of pumpsOf(expression)) tryOn(expression, pump);
      },
    })),
  );
}

function expressionsIn(file: string): readonly RegExp[] {
  const text = readFileSync(sources + file, "utf8");
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const found: RegExp[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      found.push(new RegExp(node.text.slice(1, end), node.text.slice(end + 1)));
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** Its own letters and those of its classes, alone and in pairs. */
function pumpsOf({ source }: RegExp): readonly string[] {
  const letters = new Set([
    ...source.replaceAll(/\\[a-zA-Z]|[()[\]{}|?*+^$\\]/g, ""),
    ..."a0 .-_/:=\"'\\\n\t",
  ]);
  const some = [...letters].slice(0, 40);
  const words = source.match(/[A-Za-z]{3,}/g) ?? [];
  return [...some, ...some.slice(0, 12).flatMap((a) => some.slice(0, 12).map((b) => a + b)), ...words];
}

/** First a little: what is slow there would take minutes on more. */
function tryOn(expression: RegExp, pump: string): void {
  for (const length of [10_000, 200_000]) {
    for (const [before, after] of [
      ["", ""],
      ["", "\u0001!"],
      [" x", "\u0001"],
    ] as const) {
      const text = before + pump.repeat(length / pump.length) + after;
      const best = Math.min(...bestOf(expression, text));
      if (best > maxMatch) {
        throw new Error(`${best.toFixed(0)} ms for ${JSON.stringify(pump)} × ${length / pump.length}`);
      }
    }
  }
}

/** Of the CPU, as with records: others may use the machine too. */
function bestOf(expression: RegExp, text: string): readonly number[] {
  const times: number[] = [];
  while (times.length < 3) {
    const before = process.threadCpuUsage();
    if (expression.global) text.replace(expression, "");
    else expression.exec(text);
    const { user, system } = process.threadCpuUsage(before);
    times.push((user + system) / 1_000);
    if (times.at(-1)! < maxMatch) break;
  }
  return times;
}
