/** How a comparison of rules in shadow mode with the live ones is printed. */
import type { Finding, ShadowDiff, ShadowPair } from "../app/shadow-diff.ts";
import { table } from "./table.ts";

/** Alerts of one side alone, listed for each rule at most. */
const listed = 20;

type Side = "both" | "only live" | "only shadow";

export function shadowLines(diffs: readonly ShadowDiff[]): readonly string[] {
  const rows = diffs.map(({ rule, pairs }) => {
    const count = (side: Side): string => String(pairs.filter((pair) => sideOf(pair) === side).length);
    return [rule, count("both"), count("only live"), count("only shadow")];
  });
  const differences = diffs.flatMap(({ rule, pairs }) => {
    const alone = pairs.filter((pair) => sideOf(pair) !== "both");
    const more = alone.length > listed ? [`${rule}: ${alone.length - listed} more`] : [];
    return [...alone.slice(0, listed).map((pair) => lineOf(rule, pair)), ...more];
  });
  return [table(["rule", "both", "only live", "only shadow"], rows), ...differences];
}

/** One line for each finding, as JSON. */
export function shadowNdjson(diffs: readonly ShadowDiff[]): readonly string[] {
  return diffs.flatMap(({ rule, pairs }) =>
    pairs.map(({ live, shadow }) =>
      JSON.stringify({
        rule,
        found_by: sideOf({ live, shadow }).replace(" ", "_"),
        group: (live ?? shadow)!.group,
        live: plain(live),
        shadow: plain(shadow),
      }),
    ),
  );
}

export function differs(diffs: readonly ShadowDiff[]): boolean {
  return diffs.some(({ pairs }) => pairs.some((pair) => sideOf(pair) !== "both"));
}

function sideOf({ live, shadow }: ShadowPair): Side {
  if (shadow === null) return "only live";
  return live === null ? "only shadow" : "both";
}

function lineOf(rule: string, pair: ShadowPair): string {
  const { severity, openedAt, group, id } = (pair.live ?? pair.shadow)!;
  const where = Object.entries(group).map(([dimension, value]) => `${dimension}=${value}`);
  return `${rule}: ${sideOf(pair)}: ${new Date(openedAt).toISOString()} ${severity} ${where.join(" ")} ${id}`;
}

function plain(finding: Finding | null): object | null {
  if (finding === null) return null;
  const { id, severity, openedAt, lastSeen } = finding;
  return { id, severity, opened_at: openedAt, last_seen: lastSeen };
}
