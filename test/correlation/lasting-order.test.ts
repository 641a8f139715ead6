/** Alerts of many groups reach a reader in any order, each in its own: what it says at last must not depend on that. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { PartitionJudge } from "../../src/correlation/partition-judge.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import { assertProperty, propertyRuns } from "./assert-property.ts";
import { eventAt, rulesOf, settings, start } from "./support.ts";

const runs = propertyRuns(2_000);

const rules = rulesOf(
  {
    id: "inner",
    window: "10s",
    group_by: ["container_id"],
    conditions: [{ type: "event_count", where: { type: "a" } }],
  },
  {
    id: "outer",
    window: "40s",
    group_by: ["namespace"],
    conditions: [{ type: "event_count", where: { type: "alert.inner" }, threshold: 2 }],
  },
);

/** A state of an alert: it has lasted until this second. */
interface State {
  readonly alert: number;
  readonly from: number;
  readonly until: number;
}

const alerts = fc
  .array(fc.tuple(fc.nat(20), fc.array(fc.nat(12), { minLength: 1, maxLength: 3 })), {
    minLength: 2,
    maxLength: 6,
  })
  .map((drafts) =>
    drafts.map(([from, lasts], alert) =>
      [...new Set(lasts)]
        .sort((a, b) => a - b)
        .map(
          (last): State => ({
            alert,
            from: from * 10,
            until: (from + last) * 10,
          }),
        ),
    ),
  );

/** Each alert's states in their order, the alerts mixed as the numbers say. */
function mixed(all: readonly (readonly State[])[], choices: readonly number[]): readonly State[] {
  const left = all.map((states) => [...states]);
  const result: State[] = [];
  for (let n = 0; left.some((states) => states.length > 0); n += 1) {
    const waiting = left.filter((states) => states.length > 0);
    result.push(waiting[(choices[n % choices.length] ?? 0) % waiting.length]!.shift()!);
  }
  return result;
}

/** What is left of each alert of the reader, with all it is made of. */
function told(states: readonly State[]): readonly unknown[] {
  const judge = new PartitionJudge(rules, settings, { ownKeyOnly: true });
  const verdicts: Verdict[] = [];
  judge.advance(start, verdicts);
  for (const [index, { alert, from, until }] of states.entries()) {
    const event = eventAt(
      from,
      {},
      {
        id: `alert-${alert}`,
        type: "alert.inner",
        container_id: `c${alert}`,
        enrichment: { namespace: "n" },
      },
    );
    for (const touch of judge.producedTouches(event, "namespace=n")) {
      judge.judgeProduced(event, start + until * 1_000, touch, verdicts);
    }
    // How far the producers have decided: to what is said next, at the least.
    const next = Math.min(...states.slice(index + 1).map((state) => state.until));
    const decided = Number.isFinite(next) ? start + next * 1_000 : start + until * 1_000;
    judge.advance(Math.max(judge.time, start + until * 1_000), verdicts);
    judge.produced([Number.POSITIVE_INFINITY, decided], verdicts);
  }
  judge.produced([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], verdicts);
  judge.advance(Number.POSITIVE_INFINITY, verdicts);
  return verdicts
    .filter(({ status, mergedInto }) => status === "closed" && mergedInto === null)
    .map(({ openedAt, lastSeen, count, evidence }) => ({
      from: (openedAt - start) / 1_000,
      to: (lastSeen - start) / 1_000,
      count,
      evidence: evidence.map(({ id }) => id).sort(),
    }))
    .sort((a, b) => a.from - b.from);
}

test(`the order in which alerts of other groups come changes nothing (${runs} cases)`, {
  timeout: 600_000,
}, async () => {
  let spoke = 0;
  await assertProperty(
    fc.property(alerts, fc.array(fc.nat(5), { minLength: 1, maxLength: 20 }), (all, choices) => {
      const inOrder = told(all.flat().toSorted((a, b) => a.until - b.until || a.alert - b.alert));
      spoke += inOrder.length;
      expect(told(mixed(all, choices))).toEqual(inOrder);
    }),
    runs,
  );
  expect(spoke).toBeGreaterThan(runs / 2);
});
