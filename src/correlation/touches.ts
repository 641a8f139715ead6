/** Which windows a record touches under a rule set. */
import { dimensionOf, type Group } from "../events/group-key.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { Marks, Rule } from "../rules/rule.ts";
import { marksOf, placesOf, type RuleSet, windowName } from "../rules/rule-set.ts";
import type { GroupKey, Mark } from "../state/store.ts";
import { keyOf } from "./window-key.ts";

/** One window that an event belongs into, and as what. */
export interface Touch {
  readonly rule: Rule;
  /** As in `Group`: the window's key without the name of its rule. */
  readonly group: string;
  readonly marks: readonly Mark[];
}

/** Key of the touched window. */
export function keyOfTouch({ rule, group }: Pick<Touch, "rule" | "group">): GroupKey {
  return keyOf({ name: windowName(rule), group });
}

/** The windows that an event under this correlation key belongs into; without a key: over all dimensions. */
export function touchesOf(rules: RuleSet, event: SecurityEvent, correlationKey?: string): readonly Touch[] {
  const touches: Touch[] = [];
  const dimensions = correlationKey === undefined ? rules.dimensions.keys() : [dimensionOf(correlationKey)];
  for (const dimension of dimensions) takeTouches(touches, rules, dimension, event, correlationKey);
  return touches;
}

/** Windows that an event which another partition produced belongs into, under this key. */
export function producedTouches(
  rules: RuleSet,
  event: SecurityEvent,
  correlationKey: string,
): readonly Touch[] {
  const members = rules.dimensions.get(dimensionOf(correlationKey));
  if (members === undefined) return [];
  const type = event.type.toLowerCase();
  return members
    .candidates(event)
    .filter((rule) => rule.conditions.some(({ types }) => types?.includes(type) === true))
    .flatMap((rule) => placesOf(rule, event).map(({ group, marks }) => touchOf(rule, group, marks)))
    .filter(({ group }) => group === correlationKey);
}

export function touchOf(rule: Rule, group: Group, marks: Marks): Touch {
  return { rule, group: group.key, marks };
}

function takeTouches(
  touches: Touch[],
  { dimensions }: RuleSet,
  dimension: string,
  event: SecurityEvent,
  key: string | undefined,
): void {
  const members = dimensions.get(dimension);
  if (members === undefined) return;
  // Of all rules without places it is the same.
  let own: Group | undefined | null = null;
  for (const rule of members.candidates(event)) {
    if (rule.places !== undefined) {
      for (const { group, marks } of placesOf(rule, event)) {
        if (key === undefined || group.key === key) touches.push(touchOf(rule, group, marks));
      }
      continue;
    }
    const marks = marksOf(rule, event);
    if (marks === null) continue;
    if (own === null) own = members.group.of(event);
    if (own !== undefined) touches.push(touchOf(rule, own, marks));
  }
}
