/** Which windows a record touches under a rule set. */
import { dimensionOf, type Group } from "../events/group-key.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { Marks, Rule } from "../rules/rule.ts";
import { marksOf, placesOf, type RuleSet, windowName } from "../rules/rule-set.ts";
import type { GroupKey, Mark } from "../state/store.ts";

/** One window that an event belongs into. */
export interface Touch {
  readonly key: GroupKey;
  readonly rule: Rule;
  readonly values: Readonly<Record<string, string>>;
  readonly marks: readonly Mark[];
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
    .filter(({ key }) => key.endsWith(`:${correlationKey}`));
}

export function touchOf(rule: Rule, group: Group, marks: Marks): Touch {
  return { key: `${windowName(rule)}:${group.key}`, rule, values: group.values, marks };
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
  for (const rule of members.candidates(event)) {
    if (rule.places !== undefined) {
      for (const { group, marks } of placesOf(rule, event)) {
        if (key === undefined || group.key === key) touches.push(touchOf(rule, group, marks));
      }
      continue;
    }
    const marks = marksOf(rule, event);
    if (marks === null) continue;
    const group = members.group.of(event);
    if (group !== undefined) touches.push(touchOf(rule, group, marks));
  }
}
