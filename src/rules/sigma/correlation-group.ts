/**
 * Sigma's group-by: field paths after mapping, under the names the correlation gives them. Where its rules keep a field
 * in different places, an event belongs where the rules that it matches put it: to several groups, if they disagree.
 */
import { compileNamedGroup, type Group, type GroupOf } from "../../events/group-key.ts";
import type { SecurityEvent } from "../../events/security-event.ts";
import { singleText } from "../../events/single-text.ts";
import type { Place, Rule } from "../rule.ts";
import { marksOf } from "../rule-set.ts";
import { firstOf, type MemberPaths } from "./derived-fields.ts";
import { asSeenBy, type Member } from "./members.ts";

export interface CorrelationGroup {
  readonly group: GroupOf;
  /** `places` of the rule; null: the group is the global one, nothing is special. */
  readonly places: ((rule: Rule, event: SecurityEvent) => readonly Place[]) | null;
}

export function correlationGroup(names: readonly string[], byMember: MemberPaths): CorrelationGroup {
  const groups = [...byMember].map(([member, paths]) => ({ member, group: groupOf(names, paths) }));
  const { group } = groups[0]!;
  if (names.length === 0) return { group, places: null };
  const [first, ...others] = [...byMember.values()].map((paths) => JSON.stringify(paths));
  const alike = others.every((paths) => paths === first);
  return { group, places: alike ? placesInOne(group) : placesByMember(groups) };
}

function groupOf(names: readonly string[], paths: readonly (readonly string[])[]): GroupOf {
  return compileNamedGroup(
    names.map((name, index) => {
      const look = firstOf(paths[index]!);
      return { name, textOf: (event) => singleText(look(event)) };
    }),
  );
}

function placesInOne(group: GroupOf): NonNullable<CorrelationGroup["places"]> {
  return (rule, event) => {
    const marks = marksOf(rule, event);
    const found = marks === null ? undefined : group.of(event);
    return marks === null || found === undefined ? [] : [{ group: found, marks }];
  };
}

function placesByMember(
  groups: readonly { readonly member: Member; readonly group: GroupOf }[],
): NonNullable<CorrelationGroup["places"]> {
  return (rule, event) => {
    const byKey = new Map<string, { readonly group: Group; readonly members: Set<Member> }>();
    for (const { member, group } of groups) {
      const found = member.predicate.test(event) ? group.of(event) : undefined;
      if (found === undefined) continue;
      const there = byKey.get(found.key);
      if (there === undefined) byKey.set(found.key, { group: found, members: new Set([member]) });
      else there.members.add(member);
    }
    return [...byKey.values()].flatMap(({ group, members }) => {
      const marks = marksOf(rule, asSeenBy(event, members));
      return marks === null ? [] : [{ group, marks }];
    });
  };
}
