/**
 * How many bytes one group of a rule holds in the state store at most, as text (formula below; `corral rules check
 * --verbose` prints it).
 *
 *     bytes = record + (events + consulted) × (envelope + Σ mark of each condition)
 *     record = 200 + words + alerts × 600 + shown × envelope
 *     words = what alert records say of the rule, once
 *     alerts = open at once: 2 + lateness / window, at most events; neighbours are more than a window apart
 *     shown = evidence of all of them: alerts × alerts.evidence, at most each event in two
 *     events = state.max_events (semantics 4)
 *     consulted = 0 without `not` and `until`, else state.max_events × (1 + 2 for each `not` step and `until`)
 *     envelope = id, type, container, origin, score, and the store's own cost of a member
 *     mark = a count 2, a set of steps 11, a number 24, a text or tuple `longestText` for each of its fields; of a
 *            sequence that joins or forbids 10 for each step, and `longestText` + 5 for each field in its `by`
 *
 * Ids and texts are taken at `longestText` each; whoever sends longer ones needs more. In memory a full group takes less:
 * with texts of 120 characters and 1,000 events 350 to 510 kB of heap where 630 to 760 kB are stated (counts, averages,
 * distinct values, new values; Node 24).
 */
import { consultedBound } from "../correlation/compact-consulted.ts";
import type { JudgeSettings } from "../correlation/judge-settings.ts";
import { wordsOf } from "../correlation/rule-words.ts";
import type { Condition } from "../rules/condition-type.ts";
import type { Rule } from "../rules/rule.ts";

const longestText = 128;
const recordBytes = 200;
const alertBytes = 600;
/** A member of a sorted set costs about this beside its text (skip list and dictionary). */
const memberBytes = 120;
const envelopeBytes = memberBytes + 3 * longestText + 40;

export function stateBound(
  rule: Rule,
  {
    maxEvents,
    maxEvidence,
    allowedLateness,
  }: Pick<JudgeSettings, "maxEvents" | "maxEvidence" | "allowedLateness">,
): number {
  const { conditions, window, stateless, lateness } = rule;
  if (stateless === true) return 0;
  const wait = lateness === null ? allowedLateness : Math.min(lateness, allowedLateness);
  const alerts = window === 0 ? maxEvents : Math.min(maxEvents, 2 + Math.floor(wait / window));
  const marks = conditions.reduce((sum, condition) => sum + markBytesOf(condition), 0);
  const shown = Math.min(alerts * maxEvidence, 2 * maxEvents);
  const record = recordBytes + wordBytes(rule) + alerts * alertBytes + shown * envelopeBytes;
  const events = maxEvents + consultedBound(rule, maxEvents, maxEvents);
  return record + events * (envelopeBytes + marks);
}

function markBytesOf({ longestMark }: Condition): number {
  return longestMark?.(longestText) ?? longestText;
}

function wordBytes(rule: Rule): number {
  const value = { value: "x".repeat(longestText), met: true };
  const values = rule.conditions.map(() => value);
  const longest = { ...rule, window: Number.MAX_SAFE_INTEGER, retention: Number.MAX_SAFE_INTEGER };
  return JSON.stringify(wordsOf(longest, [{ values }]) ?? "").length;
}
