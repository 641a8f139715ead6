import { describe, expect, it } from "vitest";
import type { JsonMap, JsonValue } from "../../src/events/security-event.ts";
import {
  containerIdOf,
  distinctTexts,
  integerOf,
  listAt,
  mapAt,
  mapsOf,
  numberOf,
  oneOrMany,
  portOf,
  present,
  textAt,
  textsOf,
  userIdOf,
  valueAt,
  wholeNumberOf,
  without,
  wordOf,
} from "../../src/sources/fields.ts";

const value = JSON.parse(
  '{"a":{"b":"text","n":7,"none":"<NA>","list":["x",{"y":1},"x",""]},"__proto__":{"p":"own"},"nil":null}',
) as JsonMap;

describe("A chain of keys", () => {
  it("leads through maps to a value", () => {
    expect(valueAt(value, "a", "n")).toBe(7);
    expect(valueAt(value)).toBe(value);
  });

  it.each([[["a", "b", "length"]], [["a", "list", "0"]], [["x", "y"]], [["nil", "x"]], [["toString"]]])(
    "breaks at %j",
    (keys) => expect(valueAt(value, ...keys)).toBeUndefined(),
  );

  it("finds own keys only, whatever they are called", () => {
    expect(textAt(value, "__proto__", "p")).toBe("own");
    expect(valueAt({ a: {} }, "a", "__proto__")).toBeUndefined();
  });

  it("ends in nothing of the kind that was asked for", () => {
    expect(textAt(value, "a", "n")).toBeNull();
    expect(textAt(value, "a", "none")).toBeNull();
    expect(mapAt(value, "a", "b")).toEqual({});
    expect(listAt(value, "a")).toEqual([]);
  });
});

describe("Of a list", () => {
  const list = listAt(value, "a", "list");

  it("texts are read with repetitions or once", () => {
    expect(textsOf(list)).toEqual(["x", "x"]);
    expect(distinctTexts(list)).toEqual(["x"]);
    expect(distinctTexts(Array.from({ length: 1000 }, (_, index) => String(index)))).toHaveLength(100);
  });

  it("maps are read", () => expect(mapsOf(list)).toEqual([{ y: 1 }]));

  it("one text stands for itself, none for nothing", () => {
    expect([[], ["a", "a"], ["a", "b", "a"]].map(oneOrMany)).toEqual([null, "a", ["a", "b"]]);
  });
});

describe("A number", () => {
  const given: readonly JsonValue[] = [
    7,
    "7",
    1.5,
    "1.5",
    -7,
    "-7",
    2 ** 53,
    "99999999999999999999",
    Number.POSITIVE_INFINITY,
    "",
    null,
  ];

  it.each([
    ["numberOf", numberOf, [7, 7, 1.5, null, -7, -7, 2 ** 53, null, null, null, null]],
    ["integerOf", integerOf, [7, 7, null, null, -7, -7, null, null, null, null, null]],
    ["wholeNumberOf", wholeNumberOf, [7, 7, null, null, null, null, null, null, null, null, null]],
    [
      "wordOf",
      wordOf,
      ["7", "7", "1.5", "1.5", "-7", "-7", "9007199254740992", "9".repeat(20), null, null, null],
    ],
  ] as const)("%s", (_, read, wanted) => expect(given.map((each) => read(each))).toEqual(wanted));

  it("of a port goes from 0 to 65535", () => {
    expect([0, "65535", 65_536, -1].map(portOf)).toEqual([0, 65_535, null, null]);
  });

  it("of a user is null where it stands for none", () => {
    expect([0, "1000", -1, 4_294_967_295].map(userIdOf)).toEqual([0, 1000, null, null]);
  });
});

it.each([
  ["containerd://3f2a", "3f2a"],
  ["3f2a", "3f2a"],
  ["docker://", null],
  ["host", null],
  ["", null],
  [7, null],
  [undefined, null],
])("the container in %j is %j", (given, wanted) => expect(containerIdOf(given)).toBe(wanted));

it("what is absent is left out, and keys that are not wanted", () => {
  expect(present({ a: null, b: "", c: "<NA>", d: [], e: undefined, f: 0, g: false, h: {} })).toEqual({
    f: 0,
    g: false,
    h: {},
  });
  expect(without({ a: 1, b: 2 }, "a", "c")).toEqual({ b: 2 });
});
