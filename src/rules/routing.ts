/**
 * Which keys an event is written under: its own primary key, and one for each further group that some rule would put it
 * in. So each (rule, group) has all its events under one key, and under one partition.
 */
import { primaryKey } from "../events/group-key.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import { marksOf, type RuleSet } from "./rule-set.ts";

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
  let used = false;
  for (const dimension of rules.dimensions.values()) {
    const candidates = dimension.candidates(event.type);
    if (candidates.length === 0) continue;
    const group = dimension.group.of(event);
    if (group === undefined) continue;
    if (!candidates.some((rule) => marksOf(rule, event) !== null)) continue;
    used = true;
    if (group.key !== primary) routes.push({ key: group.key, copy: true });
  }
  return { routes, used };
}
