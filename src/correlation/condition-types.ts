/** The condition types there are. A new one is its file, a line here, and its test. */
import type { AnyConditionType } from "../rules/condition-type.ts";
import { eventCount } from "./event-count.ts";
import { eventSequence } from "./event-sequence.ts";
import { newValue } from "./new-value.ts";
import { patternMatch } from "./pattern-match.ts";
import { rateChange } from "./rate-change.ts";
import { threshold } from "./threshold.ts";
import { timePattern } from "./time-pattern.ts";
import { uniqueCount } from "./unique-count.ts";

export const conditionTypes: readonly AnyConditionType[] = [
  eventCount,
  uniqueCount,
  threshold,
  patternMatch,
  eventSequence,
  timePattern,
  newValue,
  rateChange,
];
