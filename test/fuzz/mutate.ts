/**
 * One hostile record out of a sound one. First its structure is changed (types, keys, nesting, sizes), then its text
 * (numbers beyond all ranges, doubled keys, lone surrogates), then its bytes.
 */

import { schemaType } from "../../src/codec/schemas.ts";
import { wrapValues } from "../../src/codec/value.ts";
import { framed } from "../codec/support.ts";
import type { Random } from "./random.ts";
import type { Seed, Seeds } from "./seeds.ts";

export interface FuzzRecord {
  readonly name: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

type Json = Record<string, unknown> | unknown[];
const avroEvent = schemaType("event");

/** `brokerTime`, epoch milliseconds: half of the records tell times around it, so that rules judge them. */
export function mutated(seeds: Seeds, random: Random, brokerTime: number): FuzzRecord {
  const seed = pickFrom(seeds, random);
  if (random.chance(0.03)) return { name: "avro", value: avroRecord(random, brokerTime), headers: {} };
  let value: unknown = structuredClone(seed.value);
  for (let count = random.below(4); count > 0; count -= 1) value = changed(value, seeds, random);
  let text = textOf(value);
  if (random.chance(0.5)) text = fresh(text, brokerTime - random.below(120_000));
  if (random.chance(0.25)) text = changedText(text, random);
  let bytes: Buffer = Buffer.from(text);
  if (random.chance(0.12)) bytes = changedBytes(bytes, random);
  const headers = random.chance(0.02)
    ? { ...seed.headers, [random.pick(keys)]: random.pick(texts) }
    : seed.headers;
  return { name: seed.name, value: bytes, headers };
}

/** By hand rather than recorded: a few sensors have most of the recordings. */
function pickFrom({ own, recorded }: Seeds, random: Random): Seed {
  return recorded.length === 0 || random.chance(0.7) ? random.pick(own) : random.pick(recorded);
}

const keys = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "length",
  "",
  ".",
  "a.b.c",
  "ключ",
  "\ud800",
  "type",
  "timestamp",
  "rule",
  "log",
  "message",
  "data",
  "kubernetes",
  "container_id",
  "output_fields",
  "k".repeat(2_000),
];
const texts = [
  "",
  "<NA>",
  "constructor",
  "__proto__",
  "toString",
  "\ud800",
  "\udfff\ud800",
  "\u0000",
  "\u001b[2J\u202e",
  "9".repeat(40),
  "-9223372036854775809",
  "1e999",
  "NaN",
  "2077-01-01T00:00:00Z",
  "+275760-09-13T00:00:00.001Z",
  "0000-00-00T99:99:99Z",
  "[".repeat(300),
  '{"log":"{\\"log\\":\\"x\\"}"}',
  "::ffff:1.2.3.4",
  "999.999.999.999:99999->[::1]:x",
  "%",
  "%ff%",
  "../".repeat(50),
  "a=b ".repeat(400),
  "$(id)`id`';--",
];
/** Written as they stand: JSON text has what values have not. */
const raw = (text: string): string => `@@${text}@@`;
const scalars: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  2 ** 53,
  -(2 ** 63),
  1e21,
  1e308,
  raw("1e999"),
  raw("-1e999"),
  raw("18446744073709551616"),
  raw("1E-999"),
  raw("0.1000000000000000055511151231257827"),
  raw('"\\ud800"'),
  raw('"\\udc00\\ud83d"'),
  ...texts,
];

function changed(value: unknown, seeds: Seeds, random: Random): unknown {
  const place = placeIn(value, random);
  if (place === null) return random.pick(scalars);
  const { parent, key } = place;
  const entry = parent as Record<string, unknown>;
  switch (random.below(12)) {
    case 0:
      delete entry[key];
      return value;
    case 1:
      define(entry, Array.isArray(entry) ? String(entry.length) : random.pick(keys), entry[key]);
      if (random.chance(0.5)) delete entry[key];
      return value;
    case 2:
    case 3:
    case 4:
      define(entry, key, random.pick(scalars));
      return value;
    case 5:
      define(entry, key, random.pick([[], {}, [[]], [null], { "": {} }, [{}, [], "x", 1]]));
      return value;
    case 6:
      define(entry, key, partOf(pickFrom(seeds, random).value, random));
      return value;
    case 7:
      define(entry, key, nested(random.chance(0.1) ? 100 + random.below(300) : random.below(60), random));
      return value;
    case 8:
      define(
        entry,
        key,
        wide(random.chance(0.01) ? 20_000 : random.chance(0.2) ? 480 + random.below(60) : random.below(60)),
      );
      return value;
    case 9:
      define(
        entry,
        key,
        random.pick(["a", "é", "\u202e", " ", "=", "->", "\\", '"', "9"]).repeat(lengthOf(random)),
      );
      return value;
    case 10:
      return enveloped(value, random);
    default:
      if (Array.isArray(parent)) while (parent.length < 40) parent.push(parent[0]);
      else define(entry, key, JSON.stringify(plain(entry[key])) ?? null);
      return value;
  }
}

function lengthOf(random: Random): number {
  return random.chance(0.02) ? 500_000 : random.chance(0.2) ? random.below(40_000) : random.below(600);
}

function define(map: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}

/** A random place, found by walking down; null: the value has none. */
function placeIn(value: unknown, random: Random): { readonly parent: Json; readonly key: string } | null {
  let found: { parent: Json; key: string } | null = null;
  let at = value;
  while (typeof at === "object" && at !== null) {
    const own = Object.keys(at);
    if (own.length === 0) break;
    found = { parent: at as Json, key: random.pick(own) };
    if (random.chance(0.3)) break;
    at = (at as Record<string, unknown>)[found.key];
  }
  return found;
}

function partOf(value: unknown, random: Random): unknown {
  const place = placeIn(value, random);
  return structuredClone(place === null ? value : (place.parent as Record<string, unknown>)[place.key]);
}

function nested(depth: number, random: Random): unknown {
  let inner: unknown = "deep";
  for (let level = 0; level < depth; level += 1) inner = random.chance(0.5) ? [inner] : { a: inner };
  return inner;
}

function wide(count: number): unknown {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));
}

function enveloped(value: unknown, random: Random): unknown {
  let inner = value;
  for (let depth = random.chance(0.1) ? 12 : 1 + random.below(3); depth > 0; depth -= 1) {
    const text = inner === undefined || depth > 6 ? inner : textOf(inner);
    inner = random.pick([
      [inner],
      { log: text, stream: "stdout", time: "2026-01-05T10:00:00Z" },
      { date: 1767607200.5, log: inner, kubernetes: { pod_name: "p", docker_id: "d" } },
      { message: text, "@timestamp": "2026-01-05T10:00:00Z", agent: {}, host: { name: "h" } },
      { specversion: "1.0", type: "t", source: "s", id: "i", data: inner },
      { kind: "EventList", apiVersion: "audit.k8s.io/v1", items: [inner, inner] },
      { records: [{ value: inner }] },
    ]);
  }
  return inner;
}

function plain(value: unknown): unknown {
  return JSON.parse(textOf(value).replace(/-?1e999/gi, "0"));
}

/** Like JSON.stringify, with longs whole and what stands between `@@` as it is. */
function textOf(value: unknown): string {
  const text =
    JSON.stringify(value, (_, each) => (typeof each === "bigint" ? raw(String(each)) : each)) ?? "null";
  return text.replaceAll(/"@@((?:[^@\\]|\\.)*)@@"/g, (_, inner: string) =>
    inner.replaceAll('\\"', '"').replaceAll("\\\\", "\\"),
  );
}

/** Times of the samples and recordings become recent ones. */
function fresh(text: string, time: number): string {
  return text
    .replaceAll(/20[12]\d-[01]\d-[0-3]\dT[\d:]{8}/g, new Date(time).toISOString().slice(0, 19))
    .replaceAll(/\b1[67]\d{8}(?=\d{9}\b|\d{3}\b|\b)/g, String(Math.floor(time / 1_000)));
}

function changedText(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  switch (random.below(5)) {
    case 0: {
      const brace = text.indexOf("{", at);
      if (brace < 0) return text;
      const entry = `"${random.pick(["__proto__", "type", "time", "rule", "a", "a"])}":${random.pick(["{}", "1e999", '"x"', "[]"])},`;
      return text.slice(0, brace + 1) + entry + text.slice(brace + 1);
    }
    case 1:
      return text.replace(
        /\d+/,
        random.pick(["1e999", "9".repeat(400), "-0", "1e-400", "00", "0x10", "1.", "NaN"]),
      );
    case 2:
      return (
        text.slice(0, at) +
        random.pick(['"', "\\", "\\u12", "{", "]", ",", ":", "\ufeff", " ".repeat(500)]) +
        text.slice(at)
      );
    case 3:
      return text.slice(0, at);
    default:
      return text.replaceAll('":"', random.pick(['":"\\ud800', '" : "', '":"\\u0000', '":"\u202e']));
  }
}

function changedBytes(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes;
  const at = random.below(bytes.length);
  switch (random.below(5)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from([0xc3, 0x28, 0xff, 0xed, 0xa0, 0x80]),
        bytes.subarray(at),
      ]);
    case 2:
      return Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)]);
    case 3:
      return Buffer.concat([bytes, bytes]);
    default: {
      const flipped = Buffer.from(bytes);
      for (let count = 1 + random.below(8); count > 0; count -= 1) {
        flipped[random.below(bytes.length)]! ^= 1 << random.below(8);
      }
      return flipped;
    }
  }
}

/** An event in our own schema, in the wire format, its bytes changed more often than not. */
function avroRecord(random: Random, brokerTime: number): Buffer {
  const details = {
    command_line: random.pick(texts).toWellFormed(),
    count: random.below(1_000),
    list: [random.pick(texts).toWellFormed(), [1, null], { a: { b: true } }],
    map: { [random.pick(["a", "__proto__", "constructor"])]: [] },
  };
  const body = avroEvent.toBuffer({
    id: `a${random.below(1_000_000)}`,
    timestamp: brokerTime,
    type: random.pick(["shell_in_container", "network_connection", "x".repeat(700)]),
    container_id: random.pick([null, "3f2a9c0d1e4b", ""]),
    severity: random.pick(["high", "info", "odd"]),
    source: "native",
    details: wrapValues(details),
    enrichment: {},
  });
  return framed(random.chance(0.7) ? changedBytes(body, random) : body);
}
