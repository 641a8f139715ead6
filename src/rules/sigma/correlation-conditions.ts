/** A correlation's type and condition → conditions of a native rule (semantics 3 and 8). */
import type { Condition } from "../condition-type.ts";
import type { Operator } from "../operator.ts";
import { anyOf, type Predicate } from "../predicate/compile-predicate.ts";
import { type CompiledWhere, compiledWhere } from "../predicate/compiled-where.ts";
import { pathsByMember, readFirst, withDerived } from "./derived-fields.ts";
import {
  type CorrelationBounds,
  type CorrelationDocument,
  type CorrelationOperator,
  correlationOperators,
} from "./documents.ts";
import type { Member } from "./members.ts";
import { parseCondition } from "./parse-condition.ts";

/** Keys of a native rule document, and what is still to be done to its compiled conditions. */
export interface NativeConditions {
  readonly conditions:
    | readonly Readonly<Record<string, unknown>>[]
    | Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly match?: string;
  readonly finish?: (condition: Condition) => Condition;
}

type Refuse = (key: "condition" | "rules" | "type", message: string) => null;

/** `deciding`: what else bears on what the rule decides, for its versions. Null after `refuse`. */
export function nativeConditions(
  { type, condition }: CorrelationDocument["correlation"],
  members: readonly Member[],
  deciding: unknown,
  refuse: Refuse,
): NativeConditions | null {
  const distinct = members.filter(
    ({ entry }, index) => members.findIndex((other) => other.entry === entry) === index,
  );
  const whereOf = (name: string, some: readonly Member[], predicate?: Predicate): CompiledWhere =>
    compiledWhere(
      name,
      [some.map(({ source }) => source), deciding],
      predicate ?? anyOf(some.map((member) => member.predicate)),
    );
  const step = (member: Member) => ({ where: whereOf(member.word, [member]) });
  const present = (member: Member) => ({ type: "event_count", name: member.word, ...step(member) });

  if (type === "temporal" && condition === undefined) return { conditions: distinct.map(present) };
  if (type === "temporal" && typeof condition === "string") {
    const match = matchOf(condition, distinct);
    if (typeof match !== "string") return refuse("condition", match.fault);
    return {
      conditions: Object.fromEntries(distinct.map((member) => [member.word, present(member)])),
      match,
    };
  }
  if (type === "temporal_ordered") {
    const inOrder = { conditions: [{ type: "event_sequence", sequence: members.map(step) }] };
    if (condition === undefined || wantsAll(condition, distinct)) return inOrder;
    return refuse(
      "condition",
      "temporal_ordered wants all of its rules in order: another condition cannot be had",
    );
  }
  if (condition === undefined) return refuse("type", `${type} needs a condition`);
  if (typeof condition === "string")
    return refuse("condition", `${type} compares a number: a map like { gte: 3 }`);
  const compared = comparisons(condition);
  if (compared === null) return refuse("condition", "a condition has one operator, or two for a range");
  const fault = strayKey(type, condition);
  if (fault !== null) return refuse("condition", fault);
  const name = distinct.length === 1 ? distinct[0]!.word : "events";
  const each = (own: Readonly<Record<string, unknown>>): NativeConditions => ({
    conditions: compared.map((comparison) => ({ name, ...own, ...comparison })),
  });

  if (type === "event_count") return each({ type, where: whereOf(name, distinct) });
  const types = typesOf(distinct);
  const anyEvent = whereOf(name, distinct, Object.freeze({ test: () => true, types, cost: 1 }));
  if (type === "temporal") {
    return {
      ...each({ type: "unique_count", field: "rule", where: anyEvent }),
      finish: withDerived(types, (event) => {
        const seen = distinct.filter(({ predicate }) => predicate.test(event));
        return seen.length === 0 ? undefined : { rule: seen.map((member) => member.word) };
      }),
    };
  }
  const { field = [] } = condition;
  const fields = typeof field === "string" ? [field] : field;
  const paths = pathsByMember(fields, distinct);
  if ("fault" in paths) return refuse("condition", paths.fault);
  const aggregate = { aggregate: type.slice("value_".length), ...percentileOf(type, condition) };
  const own = type === "value_count" ? { type: "unique_count" } : { type: "threshold", ...aggregate };
  const shown = (names: readonly string[]) => (names.length === 1 ? names[0] : names);
  if (paths.same !== null) {
    return each({ ...own, field: shown(paths.same), where: whereOf(name, distinct) });
  }
  return {
    ...each({ ...own, field: shown(fields.map((each) => `details.${each}`)), where: anyEvent }),
    finish: withDerived(types, readFirst(fields, paths.byMember)),
  };
}

const nativeOperators: Readonly<Record<CorrelationOperator, Operator>> = {
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
  eq: "==",
  neq: "!=",
};

function comparisons(
  bounds: CorrelationBounds,
): readonly { readonly operator: Operator; readonly threshold: number }[] | null {
  const found = correlationOperators.flatMap((name) => {
    const threshold = bounds[name];
    return threshold === undefined ? [] : [{ operator: nativeOperators[name], threshold }];
  });
  return found.length === 1 || found.length === 2 ? found : null;
}

function strayKey(
  type: CorrelationDocument["correlation"]["type"],
  { field, percentile }: CorrelationBounds,
): string | null {
  if (percentile !== undefined && type !== "value_percentile") return `${type} has no percentile`;
  if (!type.startsWith("value_")) return field === undefined ? null : `${type} counts no field`;
  if (field === undefined) return `${type} needs a field`;
  if (typeof field !== "string" && type !== "value_count") return `${type} takes one field`;
  return null;
}

function percentileOf(type: string, { percentile }: CorrelationBounds): { readonly percentile?: number } {
  return type === "value_percentile" ? { percentile: percentile ?? 50 } : {};
}

/** The string condition with each rule under its own word. */
function matchOf(condition: string, members: readonly Member[]): string | { readonly fault: string } {
  const wordOf = new Map(
    members.flatMap(({ word, reference, entry }) => [reference, ...entry.names].map((name) => [name, word])),
  );
  const tokens = condition.match(/[()]|[^\s()]+/g) ?? [];
  const words = tokens.map((token) =>
    /^(?:and|or|not|[()])$/i.test(token) ? token.toLowerCase() : wordOf.get(token),
  );
  const at = words.indexOf(undefined);
  if (at < 0) return words.join(" ");
  return {
    fault: `"${tokens[at]}" is not among the rules: ${members.map((each) => each.reference).join(", ")}`,
  };
}

/** Whether the condition says no more than that every rule is there. */
function wantsAll(condition: string | CorrelationBounds, members: readonly Member[]): boolean {
  if (typeof condition !== "string") {
    const [only, ...others] = Object.entries(condition);
    const asked = only === undefined ? Number.NaN : only[0] === "gt" ? Number(only[1]) + 1 : only[1];
    return others.length === 0 && ["gt", "gte", "eq"].includes(only![0]) && asked === members.length;
  }
  const tree = parseCondition(
    condition,
    members.flatMap(({ entry }) => entry.names),
  );
  if ("fault" in tree) return false;
  const parts = tree.kind === "and" ? tree.parts : [tree];
  const named = parts.map((part) =>
    part.kind === "name" ? members.findIndex(({ entry }) => entry.names.includes(part.name)) : -1,
  );
  return !named.includes(-1) && new Set(named).size === members.length;
}

function typesOf(members: readonly Member[]): readonly string[] | null {
  return anyOf(members.map(({ predicate }) => predicate)).types;
}
