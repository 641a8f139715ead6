/**
 * Which keys an event is written under: its own primary key, and one for each further group that some rule would put it
 * in. So each (rule, group) has all its events under one key, and under one partition. Rules without state need no key.
 */
import { primaryKey } from "../events/group-key.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import { type DimensionRules, marksOf, placesOf, type RuleSet } from "./rule-set.ts";

export interface Route {
  readonly key: string;
  /** True for all but the primary record. */
  readonly copy: boolean;
}

/** The primary route first. `used` is true when some rule can use the event. */
export function route(
  rules: RuleSet,
  event: SecurityEvent,
): { readonly routes: readonly Route[]; readonly used: boolean } {
  const primary = primaryKey(event);
  const routes: Route[] = [{ key: primary, copy: false }];
  let used = rules.stateless.candidates(event).some((rule) => marksOf(rule, event) !== null);
  for (const dimension of rules.dimensions.values()) {
    for (const key of keysIn(dimension, event)) {
      used = true;
      if (key !== primary) routes.push({ key, copy: true });
    }
  }
  return { routes, used };
}

/** Keys of the groups that rules of the dimension would put the event in; one at most, but for rules with `places`. */
function keysIn({ group, candidates }: DimensionRules, event: SecurityEvent): Iterable<string> {
  const rules = candidates(event);
  if (rules.length === 0) return [];
  const keys = new Set<string>();
  const key = group.of(event)?.key;
  if (key !== undefined && rules.some((rule) => rule.places === undefined && marksOf(rule, event) !== null)) {
    keys.add(key);
  }
  for (const rule of rules) {
    if (rule.places !== undefined) for (const place of placesOf(rule, event)) keys.add(place.group.key);
  }
  return keys;
}
