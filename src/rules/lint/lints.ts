/** The lints there are. A new one is its file, a line here, and its test. */
import { contradictingThresholds } from "./contradicting-thresholds.ts";
import { expensivePredicate } from "./expensive-predicate.ts";
import { ignoredField } from "./ignored-field.ts";
import type { Lint } from "./lint.ts";
import { matchAllRegex } from "./match-all-regex.ts";
import { neverInTime } from "./never-in-time.ts";
import { unknownField } from "./unknown-field.ts";
import { unknownRule } from "./unknown-rule.ts";
import { unreachableCondition } from "./unreachable-condition.ts";
import { untested } from "./untested.ts";
import { windowShorterThanWithin } from "./window-shorter-than-within.ts";

export const lints: readonly Lint[] = [
  unreachableCondition,
  contradictingThresholds,
  neverInTime,
  windowShorterThanWithin,
  untested,
  matchAllRegex,
  unknownField,
  unknownRule,
  ignoredField,
  expensivePredicate,
];
