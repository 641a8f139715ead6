import { describe, expect, test } from "vitest";
import type { Action } from "../../src/actions/action.ts";
import type { Alert } from "../../src/alerts/alert.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import { judgeFinals, judgeRecords } from "./verdict.ts";

function alert(rest: Partial<Alert> = {}): Alert {
  const rule = { id: "r", name: "R", version: "1", tags: [] };
  const plain = { id: "a", revision: 1, rule, group: { container: "c1" }, opened_at: 10, status: "open" };
  return { ...plain, merged_into: null, event_count: 4, ...rest } as Alert;
}

function expected(rest: Partial<Verdict> = {}): Verdict {
  const rule = { id: "r" } as Verdict["rule"];
  return { rule, group: { container: "c1" }, openedAt: 10, status: "closed", count: 4, ...rest } as Verdict;
}

const action = { id: "x", alert_id: "a", type: "isolate_container", created_at: 10 } as Action;
const closed = alert({ revision: 2, status: "closed" });
const kinds = (findings: readonly { readonly kind: string }[]) => findings.map(({ kind }) => kind);

describe("Final alerts", () => {
  test("that are as they should be give no finding, whatever was said on the way", () => {
    expect(judgeFinals([expected()], [alert(), closed, alert()])).toEqual([]);
  });

  test("one that is missing is lost, at its opening", () => {
    expect(judgeFinals([expected()], [])).toMatchObject([{ kind: "lost", at: 10 }]);
  });

  test("one that never closed is not the one that should be there", () => {
    expect(kinds(judgeFinals([expected()], [alert()]))).toEqual(["lost", "differing"]);
  });

  test("one that opened at another time is lost and differs", () => {
    expect(kinds(judgeFinals([expected()], [{ ...closed, opened_at: 11 }]))).toEqual(["lost", "differing"]);
  });

  test("one that counts other events is lost and differs", () => {
    expect(kinds(judgeFinals([expected()], [{ ...closed, event_count: 5 }]))).toEqual(["lost", "differing"]);
  });

  test("one that became part of another is none", () => {
    const merged = alert({ id: "b", revision: 2, status: "closed", merged_into: "a", opened_at: 12 });
    expect(judgeFinals([expected()], [closed, merged])).toEqual([]);
  });

  test("one that nobody planted differs", () => {
    expect(kinds(judgeFinals([], [closed]))).toEqual(["differing"]);
  });
});

describe("Records against the log", () => {
  const log = [
    { kind: "alert", record: alert() },
    { kind: "alert", record: closed },
    { kind: "action", record: action },
  ] as const;

  test("all there, once each, is no finding", () => {
    expect(judgeRecords(log, [alert(), closed], [action])).toEqual([]);
  });

  test("a record or an action that is missing is lost", () => {
    expect(kinds(judgeRecords(log, [closed], []))).toEqual(["lost", "lost"]);
  });

  test("a copy with the same content is doubled", () => {
    expect(kinds(judgeRecords(log, [alert(), closed, closed], [action, action]))).toEqual([
      "doubled",
      "doubled",
    ]);
  });

  test("a copy with another content differs, whichever came first", () => {
    const other = { ...closed, event_count: 5 };
    expect(kinds(judgeRecords(log, [alert(), closed, other], [action]))).toEqual(["differing"]);
    expect(kinds(judgeRecords(log, [alert(), other, closed], [action]))).toEqual(["differing", "differing"]);
  });

  test("a content that the log does not give differs, though there is one copy only", () => {
    expect(kinds(judgeRecords(log, [{ ...alert(), event_count: 5 }, closed], [action]))).toEqual([
      "differing",
    ]);
  });

  test("a revision or an action that the log does not give differs", () => {
    const third = alert({ revision: 3, status: "closed" });
    const surplus = judgeRecords(log, [alert(), closed, third], [action, { ...action, id: "y" }]);
    expect(kinds(surplus)).toEqual(["differing", "differing"]);
  });
});
