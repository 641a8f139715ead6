/**
 * What the installation said against what it had to say, pure and after all is over. Final alerts (rule, group, opening,
 * closed, number of events) are those of the embedded engine over the events in order; every record of an alert and every action is the one
 * that the embedded engine writes over the same enriched log.
 */
import { isDeepStrictEqual } from "node:util";
import type { Action } from "../../src/actions/action.ts";
import type { Alert } from "../../src/alerts/alert.ts";
import type { Emission } from "../../src/app/outbox.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import { finalAlerts } from "../integration/support/installation.ts";

export interface Finding {
  /** `doubled`: once more, with the same content, which is allowed. */
  readonly kind: "lost" | "doubled" | "differing";
  /** Event time it belongs to, epoch milliseconds. */
  readonly at: number;
  readonly text: string;
}

/** What an alert, a record of one or an action is called, and what it holds. */
interface Named {
  readonly name: string;
  readonly at: number;
  readonly content: unknown;
}

/** Final alerts against those of the pass in order. */
export function judgeFinals(expected: readonly Verdict[], records: readonly Alert[]): readonly Finding[] {
  const wanted = expected.map(({ rule, group, openedAt, status, count }) =>
    final(rule.id, group, openedAt, status === "closed", count),
  );
  const said = finalAlerts(records).map(({ rule, group, opened_at, status, event_count }) =>
    final(rule.id, group, opened_at, status === "closed", event_count),
  );
  return [...missing(wanted, said), ...surplus(wanted, said)];
}

/** Every record that was said against those of the enriched log, and each copy against the first. */
export function judgeRecords(
  log: readonly Emission[],
  alerts: readonly Alert[],
  actions: readonly Action[],
): readonly Finding[] {
  const wanted = log.flatMap((emission) => {
    if (emission.kind === "alert") return [alertRecord(emission.record)];
    return emission.kind === "action" ? [actionRecord(emission.record)] : [];
  });
  const said = [...alerts.map(alertRecord), ...actions.map(actionRecord)];
  return [...missing(wanted, said), ...surplus(wanted, said), ...copies(said), ...differing(wanted, said)];
}

function final(
  rule: string,
  group: Readonly<Record<string, string>>,
  openedAt: number,
  closed: boolean,
  events: number,
): Named {
  const values = Object.entries(group).map(([key, value]) => `${key}=${value}`);
  const name = `alert ${rule} ${values.join("&")} opened at ${openedAt}, ${events} events${closed ? "" : ", never closed"}`;
  return { name, at: openedAt, content: null };
}

function alertRecord(record: Alert): Named {
  const { id, revision, rule, opened_at: at, status } = record;
  return { name: `record ${id}/${revision} of ${rule.id} (${status})`, at, content: record };
}

function actionRecord(record: Action): Named {
  return { name: `action ${record.id} (${record.type})`, at: record.created_at, content: record };
}

function missing(wanted: readonly Named[], said: readonly Named[]): readonly Finding[] {
  const names = new Set(said.map(({ name }) => name));
  return first(wanted)
    .filter(({ name }) => !names.has(name))
    .map(({ name, at }) => ({ kind: "lost", at, text: `${name} is missing` }));
}

function surplus(wanted: readonly Named[], said: readonly Named[]): readonly Finding[] {
  const names = new Set(wanted.map(({ name }) => name));
  return first(said)
    .filter(({ name }) => !names.has(name))
    .map(({ name, at }) => ({ kind: "differing", at, text: `${name} should not be there` }));
}

function copies(said: readonly Named[]): readonly Finding[] {
  const known = new Map<string, Named>();
  const findings: Finding[] = [];
  for (const each of said) {
    const before = known.get(each.name);
    if (before === undefined) known.set(each.name, each);
    else if (same(before, each)) findings.push({ kind: "doubled", at: each.at, text: each.name });
    else findings.push(difference(before, each, "differs from an earlier copy"));
  }
  return findings;
}

function differing(wanted: readonly Named[], said: readonly Named[]): readonly Finding[] {
  const byName = new Map(wanted.map((each) => [each.name, each]));
  return first(said).flatMap((each) => {
    const should = byName.get(each.name);
    return should === undefined || same(should, each)
      ? []
      : [difference(should, each, "differs from what it should be")];
  });
}

function difference(before: Named, after: Named, what: string): Finding {
  const text = `${after.name} ${what}:\n  ${JSON.stringify(before.content)}\n  ${JSON.stringify(after.content)}`;
  return { kind: "differing", at: after.at, text };
}

function first(list: readonly Named[]): readonly Named[] {
  return [...new Map(list.toReversed().map((each) => [each.name, each])).values()];
}

/** As they stand in the log: what is undefined is not there. */
function same(one: Named, other: Named): boolean {
  return isDeepStrictEqual(plain(one.content), plain(other.content));
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
