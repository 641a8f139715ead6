/** A log that is read again from the middle: windows that are not whole yet raise nothing of their own. */
import { expect, test } from "vitest";
import { PartitionJudge } from "../../src/correlation/partition-judge.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import { eventAt, rulesOf, settings, start } from "../correlation/support.ts";

const rules = rulesOf({
  id: "quiet",
  window: "60s",
  conditions: [{ type: "event_sequence", sequence: ["a", { not: { where: { type: "b" } } }] }],
});

/** Absences that are raised over `a` at these seconds, read again behind a start of event time at 0. */
function raised(completeFrom: number, ...seconds: readonly number[]): readonly number[] {
  const judge = new PartitionJudge(rules, settings);
  judge.rebuild({ knows: () => false, alertNear: () => undefined, completeFrom });
  const verdicts: Verdict[] = [];
  judge.advance(start, verdicts);
  for (const second of seconds) {
    judge.advance(start + second * 1000, verdicts);
    const event = eventAt(second);
    for (const touch of judge.allTouches(event)) judge.judge(event, touch, verdicts);
  }
  judge.advance(start + 3_600_000, verdicts);
  return verdicts
    .filter(({ status }) => status === "open")
    .map(({ openedAt, rebuilt }) => {
      expect(rebuilt).toBe(true);
      return (openedAt - start) / 1000;
    });
}

test("what a window opens that reaches back beyond the first event read is not raised", () => {
  // The log is whole from 0 and the lateness of 60 s on; a window of 60 s is whole from 120 s on.
  expect(raised(Number.POSITIVE_INFINITY, 1, 200)).toEqual([260]);
});

test("where nothing is missing everything is raised", () => {
  expect(raised(Number.NEGATIVE_INFINITY, 1, 200)).toEqual([61, 260]);
});
