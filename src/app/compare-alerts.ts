/** How the alerts of a test differ from those it expects. */
import type { Verdict } from "../correlation/verdict.ts";
import { formatDuration, parseOffset } from "../events/duration.ts";
import type { Rule } from "../rules/rule.ts";
import type { ExpectedAlert } from "../rules/rule-test.ts";
import type { TestView } from "./test-view.ts";

/** An expectation that no alert meets, or an alert that nothing expects. */
export interface Difference {
  /** Lines for a person. */
  readonly lines: readonly string[];
  readonly expected: ExpectedAlert | null;
  /** The alert, or the one that comes nearest to the expectation. */
  readonly got: Verdict | null;
}

/** Every alert must meet one expectation of its own, and the other way round; the order of equals is free. */
export function compareAlerts(
  expected: readonly ExpectedAlert[],
  got: readonly Verdict[],
  view: TestView,
): readonly Difference[] {
  const left = [...got];
  const unmet = new Set(expected);
  // What says more chooses first, so that a bare `{}` does not take the alert that another describes.
  for (const entry of expected.toSorted((a, b) => Object.keys(b).length - Object.keys(a).length)) {
    const index = left.findIndex((verdict) => mismatches(entry, verdict, view).length === 0);
    if (index < 0) continue;
    left.splice(index, 1);
    unmet.delete(entry);
  }
  const missing = [...unmet].map((entry) => missingAlert(entry, left, view));
  const word = missing.length === 0 ? "not expected " : "got          ";
  return [
    ...missing,
    ...left.map((verdict) => ({ lines: [`${word}${view.shown(verdict)}`], expected: null, got: verdict })),
  ];
}

function missingAlert(entry: ExpectedAlert, left: readonly Verdict[], view: TestView): Difference {
  const [nearest] = left
    .map((got) => ({ got, lines: mismatches(entry, got, view) }))
    .sort((a, b) => a.lines.length - b.lines.length);
  return {
    lines: [
      `expected     ${JSON.stringify(entry)}`,
      ...(nearest?.lines ?? []).map((line) => `             ${line}`),
    ],
    expected: entry,
    got: nearest?.got ?? null,
  };
}

/** The keys of the expectation that the alert does not meet. */
function mismatches(entry: ExpectedAlert, verdict: Verdict, view: TestView): readonly string[] {
  const lines: string[] = [];
  const check = (key: string, wanted: unknown, actual: unknown): void => {
    if (wanted === undefined) return;
    const [left, right] = [shown(wanted), shown(actual)];
    if (left !== right) lines.push(`${key}: expected ${left}, got ${right}`);
  };
  const offset = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : formatDuration(parseOffset(text)!);
  check("rule", entry.rule, isKnownAs(verdict.rule, entry.rule) ? entry.rule : verdict.rule.id);
  check("at", offset(entry.at), view.offset(verdict.openedAt));
  check("last_seen", offset(entry.last_seen), view.offset(verdict.lastSeen));
  check("group", entry.group === undefined ? undefined : sorted(entry.group), sorted(verdict.group));
  check("severity", entry.severity, verdict.rule.severity);
  check(
    "actions",
    entry.actions,
    verdict.rule.actions.map(({ type }) => type),
  );
  check(
    "events",
    entry.events === undefined ? undefined : [...entry.events].sort((a, b) => a - b),
    view.openingEvents(verdict),
  );
  check("event_count", entry.event_count, verdict.count);
  check("shadow", entry.shadow, verdict.rule.mode === "shadow");
  check("closed", entry.closed, verdict.status === "closed");
  return lines;
}

function isKnownAs({ id, name, knownAs = [] }: Rule, wanted: string | undefined): boolean {
  return wanted !== undefined && [id, name, ...knownAs].includes(wanted);
}

function sorted(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
}
