/**
 * Values that a correlation reads from different places of different events: under one rule's log source the user is
 * `user.name`, under another's `ka.user.name`. The condition is compiled over a field of the correlation's own, and sees
 * events that hold just that.
 */
import { compilePath, type FieldOf } from "../../events/field-path.ts";
import type { JsonMap, JsonValue, SecurityEvent } from "../../events/security-event.ts";
import type { Condition } from "../condition-type.ts";
import type { Member } from "./members.ts";

/** What a condition is to see as `details` of the event; undefined: the event is not relevant. */
export type Derive = (event: SecurityEvent) => JsonMap | undefined;

/** For each member and each field the paths it may have there. */
export type MemberPaths = ReadonlyMap<Member, readonly (readonly string[])[]>;

/** `same`: the one path of each field, where it is the same for all members. */
export function pathsByMember(
  fields: readonly string[],
  members: readonly Member[],
): { readonly same: readonly string[] | null; readonly byMember: MemberPaths } | { readonly fault: string } {
  const byMember = new Map<Member, readonly (readonly string[])[]>();
  for (const member of members) {
    const paths: (readonly string[])[] = [];
    for (const field of fields) {
      const found = member.paths(field);
      if ("fault" in found) return { fault: found.fault };
      paths.push(found);
    }
    byMember.set(member, paths);
  }
  const [first = [], ...others] = [...byMember.values()];
  const alike = others.every((paths) => JSON.stringify(paths) === JSON.stringify(first));
  const single = first.every((paths) => paths.length === 1);
  return { same: alike && single ? first.map(([path]) => path!) : null, byMember };
}

/** The first of the paths that leads to something. */
export function firstOf(paths: readonly string[]): FieldOf {
  const [first, ...others] = paths.map(compilePath);
  if (first === undefined) return () => undefined;
  if (others.length === 0) return first;
  return (event) => {
    const found = first(event);
    return found === undefined
      ? others.map((look) => look(event)).find((value) => value !== undefined)
      : found;
  };
}

/** The fields as the first member has them that the event matches and whose fields are all there. */
export function readFirst(fields: readonly string[], byMember: MemberPaths): Derive {
  const readers = [...byMember].map(([member, paths]) => ({ member, looks: paths.map(firstOf) }));
  return (event) => {
    for (const { member, looks } of readers) {
      if (!member.predicate.test(event)) continue;
      const values = looks.map((look) => look(event));
      if (values.includes(undefined)) continue;
      return Object.fromEntries(fields.map((field, index) => [field, values[index] as JsonValue]));
    }
    return undefined;
  };
}

/** The condition over derived details; `types`: of events that may be relevant. */
export function withDerived(types: Condition["types"], derive: Derive): (condition: Condition) => Condition {
  return (condition) =>
    Object.freeze({
      ...condition,
      types,
      requires: undefined,
      fields: undefined,
      mark: (event: SecurityEvent) => {
        const details = derive(event);
        return details === undefined ? undefined : condition.mark({ ...event, details, enrichment: {} });
      },
    });
}
