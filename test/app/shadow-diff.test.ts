import { expect, test } from "vitest";
import type { Alert } from "../../src/alerts/alert.ts";
import { engineAlert } from "../../src/alerts/engine-alert.ts";
import { type Finding, findingsOf, shadowDiff } from "../../src/app/shadow-diff.ts";

function finding(id: string, openedAt: number, lastSeen: number, rest: Partial<Finding> = {}): Finding {
  const shadow = id.startsWith("s");
  return {
    rule: "r",
    shadow,
    id,
    group: { container: "c1" },
    severity: "low",
    openedAt,
    lastSeen,
    until: lastSeen,
    ...rest,
  };
}

function idsOf(...findings: readonly Finding[]) {
  return shadowDiff(findings, []).map(({ pairs }) =>
    pairs.map(({ live, shadow }) => `${live?.id ?? "-"} ${shadow?.id ?? "-"}`),
  );
}

test("alerts whose times meet in one group are one finding", () => {
  expect(idsOf(finding("l1", 0, 10), finding("s1", 10, 20))).toEqual([["l1 s1"]]);
  expect(idsOf(finding("l1", 0, 10), finding("s1", 11, 20))).toEqual([["l1 -", "- s1"]]);
  const elsewhere = { group: { container: "c2" } };
  expect(idsOf(finding("l1", 0, 10), finding("s1", 5, 5, elsewhere))).toEqual([["l1 -", "- s1"]]);
});

test("each alert is taken once, the earliest first", () => {
  expect(idsOf(finding("s1", 0, 100), finding("l2", 50, 60), finding("l1", 10, 20))).toEqual([
    ["l1 s1", "l2 -"],
  ]);
});

test("a rule on trial that found nothing is told of, a live rule without one is not", () => {
  const live = [finding("l1", 0, 1), finding("l2", 0, 1, { rule: "other" })];
  expect(shadowDiff(live, ["r"]).map(({ rule, pairs }) => [rule, pairs.length])).toEqual([["r", 1]]);
});

test("an alert that is open may have gone on since it last said so, for as long as it need not say so", () => {
  const finding = {
    rule: "r",
    name: "r",
    severity: "low",
    group: { container: "c1" },
    identity: "",
  } as const;
  const alert = (shadow: boolean, status: Alert["status"], at: number): Alert => ({
    ...engineAlert({ ...finding, at, reason: "" }),
    id: shadow ? "s1" : "l1",
    shadow,
    status,
  });
  const shown = (live: Alert, shadow: Alert): readonly string[] =>
    shadowDiff(findingsOf([live, shadow], 60_000), []).flatMap(({ pairs }) =>
      pairs.map((pair) => `${pair.live?.id ?? "-"} ${pair.shadow?.id ?? "-"}`),
    );
  const later = alert(true, "open", 59_999);
  expect(shown(alert(false, "open", 0), later)).toEqual(["l1 s1"]);
  expect(shown(alert(false, "update", 0), later)).toEqual(["l1 s1"]);
  expect(shown(alert(false, "closed", 0), later)).toEqual(["l1 -", "- s1"]);
  expect(shown(alert(false, "open", 0), alert(true, "open", 60_000))).toEqual(["l1 -", "- s1"]);
});
