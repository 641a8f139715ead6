import { describe, expect, it } from "vitest";
import { isAbsent } from "../../src/events/absent.ts";
import { containerKey } from "../../src/events/container-id.ts";
import { formatDuration, parseDuration, parseOffset } from "../../src/events/duration.ts";
import { numberOf } from "../../src/events/number.ts";
import { singleText } from "../../src/events/single-text.ts";
import { textOf } from "../../src/events/text.ts";

describe("isAbsent()", () => {
  it.each([undefined, null, "", "<NA>", [], [null], ["", "<NA>", []]].map((value) => [value]))(
    "holds for %j",
    (value) => expect(isAbsent(value)).toBe(true),
  );
  it.each([0, false, " ", "<na>", {}, [0], [null, "a"]].map((value) => [value]))(
    "does not hold for %j",
    (value) => expect(isAbsent(value)).toBe(false),
  );
});

describe("numberOf()", () => {
  it.each([
    [22, 22],
    [-0.5, -0.5],
    ["22", 22],
    ["+1.50", 1.5],
    ["-3e-2", -0.03],
    ["1E5", 100_000],
  ])("reads %j", (value, number) => expect(numberOf(value)).toBe(number));
  it.each(
    [
      "",
      " 1",
      "1 ",
      "0x1f",
      "1.",
      ".5",
      "Infinity",
      "NaN",
      "1e999",
      "1_000",
      true,
      null,
      [1],
      Number.NaN,
    ].map((v) => [v]),
  )("finds no number in %j", (value) => expect(numberOf(value)).toBeUndefined());
});

describe("textOf()", () => {
  it("gives a number and its text one text", () => {
    expect([textOf(22), textOf(22.0), textOf("22"), textOf(-0)]).toEqual(["22", "22", "22", "0"]);
  });
  it("keeps case, blanks and leading zeros", () =>
    expect([textOf("Ann "), textOf("022")]).toEqual(["Ann ", "022"]));
  it("writes booleans as words", () => expect([textOf(true), textOf(false)]).toEqual(["true", "false"]));
  it.each([null, "", "<NA>", [], ["a"], {}].map((value) => [value]))("gives none for %j", (value) =>
    expect(textOf(value)).toBeUndefined(),
  );
});

describe("singleText()", () => {
  it("takes a list of one as its element", () => expect(singleText([7])).toBe("7"));
  it("does not count what is absent", () => expect(singleText([null, "a", ""])).toBe("a"));
  it("takes a list of more as absent", () => expect(singleText(["a", "a"])).toBeUndefined());
});

describe("containerKey()", () => {
  it.each([
    ["057dc8d712ab", "057dc8d712ab"],
    ["containerd://057DC8D712ABF96c628c82ea111d53a0", "057dc8d712ab"],
    ["docker://c1", "c1"],
    ["c1", "c1"],
    ["057dc8d712a", "057dc8d712a"],
    ["Web-Server", "Web-Server"],
  ])("compares %s as %s", (id, key) => expect(containerKey(id)).toBe(key));
  it.each(["", "<NA>", "containerd://"])("knows no container %j", (id) =>
    expect(containerKey(id)).toBeUndefined(),
  );
});

describe("durations", () => {
  it.each([
    ["0s", 0],
    ["250ms", 250],
    ["30s", 30_000],
    ["5m", 300_000],
    ["2h", 7_200_000],
    ["30d", 2_592_000_000],
    ["1w", 604_800_000],
  ])("%s is %i ms", (text, ms) => expect(parseDuration(text)).toBe(ms));
  it.each(["", "5", "5 m", "-5s", "1.5h", "1h30m", "5M", "m", "99999999999999999w"])(
    "%j is no duration",
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );
  it("an offset may be negative", () => {
    expect([parseOffset("-30s"), parseOffset("-0s"), parseOffset("10m"), parseOffset("--1s")]).toEqual([
      -30_000,
      0,
      600_000,
      undefined,
    ]);
  });
  it.each([
    [0, "0s"],
    [300_000, "5m"],
    [5_400_000, "1h30m"],
    [604_800_000, "7d"],
    [1_001, "1s1ms"],
    [-30_000, "-30s"],
  ])("%i ms is written %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});
