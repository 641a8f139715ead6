import { expect, test } from "vitest";
import { phaseOfStall } from "./phases.ts";
import { report } from "./report.ts";

const span = (from: number, to: number) => ({ from, to });
const phases = [
  { name: "kill", times: 2, events: span(100, 200), clock: span(1_000, 3_000) },
  { name: "reset", times: 3, events: span(200, 300), clock: span(3_000, 4_000) },
  { name: "kill", times: 1, events: span(300, 400), clock: span(4_000, 9_000) },
];
const finding = (kind: "lost" | "doubled" | "differing", at: number) => ({ kind, at, text: "" });

test("findings stand with the fault of their event time, stalls with that of their clock", () => {
  const text = report({
    faults: ["kill", "reset", "flood"],
    skipped: new Map([["flood", "no root"]]),
    phases,
    findings: [
      finding("lost", 199),
      finding("doubled", 200),
      finding("differing", 399),
      finding("doubled", 400),
    ],
    stalls: [{ role: "enrich", partition: 0, ...span(3_100, 3_900) }],
  });
  expect(text.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["fault", "times", "lost", "doubled", "differing", "longest stall"],
    ["calm", "0", "1", "0", "0.0 s"],
    ["kill", "3", "1", "0", "1", "0.0 s"],
    ["reset", "3", "0", "1", "0", "0.8 s"],
    ["flood", "skipped", "0", "0", "0", "0.0 s"],
  ]);
});

test("a stall belongs to the phase that most of it lies in", () => {
  expect(phaseOfStall(phases, span(3_900, 8_000))).toBe("kill");
  expect(phaseOfStall(phases, span(2_900, 3_500))).toBe("reset");
  expect(phaseOfStall(phases, span(9_000, 9_900))).toBe("calm");
});
