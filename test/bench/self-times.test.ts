import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { selfTimes } from "../../bench/profile/self-times.ts";

const source = new URL("../../src/", import.meta.url);
const library = new URL("../../node_modules/kafkajs/src/index.js", import.meta.url);
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "corral-profile-"));
  file = join(folder, "one.cpuprofile");
  const node = (id: number, functionName: string, url = "", children: readonly number[] = []) => ({
    id,
    callFrame: { functionName, url, lineNumber: 6 },
    children,
  });
  const nodes = [
    node(1, "(root)", "", [2, 3, 4, 8, 9]),
    node(2, "(idle)"),
    node(3, "compile", "node:internal/modules"),
    node(4, "work", "file:///bench/measure.ts", [5, 6, 7]),
    node(5, "parse", new URL("sources/parse.ts", source).href),
    node(6, "send", library.href),
    node(7, "write", "node:net"),
    node(8, "(garbage collector)"),
    node(9, "emit", "node:events"),
  ];
  const samples = [3, 3, 5, 8, 5, 2, 6, 7, 9];
  writeFileSync(file, JSON.stringify({ nodes, samples, timeDeltas: samples.map(() => 10) }));
});

afterEach(() => rmSync(folder, { recursive: true }));

test("places are ours, a library's, Node's as one, and garbage; waiting is none", () => {
  const { places, total } = selfTimes(file);
  expect(Object.fromEntries(places)).toEqual({
    "Node's own modules": 30,
    "sources/parse.ts:7 parse": 20,
    "collecting garbage": 10,
    "kafkajs/src/index.js:7 send": 10,
  });
  expect(total).toBe(70);
});

test("within a function all counts from its first sample to its last, garbage too", () => {
  expect(Object.fromEntries(selfTimes(file, "work").places)).toEqual({
    "sources/parse.ts:7 parse": 20,
    "collecting garbage": 10,
    "kafkajs/src/index.js:7 send": 10,
    "Node's own modules": 10,
  });
});

test("a function that was never seen is an error", () => {
  expect(() => selfTimes(file, "other")).toThrow("must have samples in other");
});
