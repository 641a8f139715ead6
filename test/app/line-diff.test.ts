import fc from "fast-check";
import { expect, test } from "vitest";
import { lineDiff } from "../../src/app/line-diff.ts";

const side = (name: string, lines: readonly (string | number)[], line = 1) => ({
  name,
  text: lines.map((each) => `${each}\n`).join(""),
  line,
});

test("Changed lines stand in hunks with three lines around them, numbered as in the files", () => {
  const lines = Array.from({ length: 20 }, (_, index) => index + 1);
  const now = lines.flatMap((line) => (line === 2 ? [] : line === 15 ? [15, "new"] : [line]));
  expect(lineDiff(side("old", lines, 101), side("new", now))).toEqual([
    "--- old",
    "+++ new",
    "@@ -101,5 +1,4 @@",
    " 1",
    "-2",
    " 3",
    " 4",
    " 5",
    "@@ -113,6 +12,7 @@",
    " 13",
    " 14",
    " 15",
    "+new",
    " 16",
    " 17",
    " 18",
  ]);
});

test("Hunks that touch are one; whole texts come and go", () => {
  const hunks = (a: readonly (string | number)[], b: readonly (string | number)[]) =>
    lineDiff(side("a", a), side("b", b)).filter((line) => line.startsWith("@@"));
  expect(hunks([1, 2, 3, 4, 5, 6, 7, 8], ["x", 2, 3, 4, 5, 6, 7, "y"])).toEqual(["@@ -1,8 +1,8 @@"]);
  expect(hunks([], [1, 2])).toEqual(["@@ -0,0 +1,2 @@"]);
  expect(hunks([1, 2], [])).toEqual(["@@ -1,2 +0,0 @@"]);
  expect(lineDiff(side("a", [1]), side("b", [1]))).toEqual([]);
});

test("Whatever differs: what is taken out and put in makes one of the other, with as little as can be", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 14 });
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const told = lineDiff(side("a", a), side("b", b)).slice(2);
      expect(patched(a, told)).toEqual(b);
      const kept = a.length - told.filter((line) => line.startsWith("-")).length;
      expect(kept).toBe(longestCommon(a, b));
    }),
    { numRuns: 500 },
  );
});

test("Long texts with nothing in common are told as a whole", () => {
  const many = (word: string) => Array.from({ length: 3_000 }, (_, index) => `${word} ${index}`);
  expect(lineDiff(side("a", many("old")), side("b", many("new")))).toHaveLength(6_003);
});

function patched(lines: readonly string[], diff: readonly string[]): readonly string[] {
  const result: string[] = [];
  let at = 0;
  for (const line of diff) {
    const head = /^@@ -(\d+),(\d+) /.exec(line);
    if (head !== null) {
      const from = Number(head[1]) - (head[2] === "0" ? 0 : 1);
      while (at < from) result.push(lines[at++]!);
    } else if (line.startsWith("+")) result.push(line.slice(1));
    else {
      expect(line.slice(1)).toBe(lines[at++]);
      if (line.startsWith(" ")) result.push(line.slice(1));
    }
  }
  return [...result, ...lines.slice(at)];
}

function longestCommon(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const lengths = new Array<number>(b.length + 1).fill(0);
  for (const left of a) {
    let corner = 0;
    for (const [index, right] of b.entries()) {
      const above = lengths[index + 1]!;
      lengths[index + 1] = left === right ? corner + 1 : Math.max(above, lengths[index]!);
      corner = above;
    }
  }
  return lengths[b.length]!;
}
