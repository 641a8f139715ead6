/** A correlation's type and condition → conditions of a native rule (semantics 3 and 8). */
import type { Condition } from "../condition-type.ts";
import { anyOf, type Predicate } from "../predicate/compile-predicate.ts";
import { type CompiledWhere, compiledWhere } from "../predicate/compiled-where.ts";
import { comparisons, strayKey } from "./correlation-bounds.ts";
import { matchOf, wantsAll } from "./correlation-match.ts";
import { pathsByMember, readFirst, withDerived } from "./derived-fields.ts";
import type { CorrelationBounds, CorrelationDocument } from "./documents.ts";
import type { Member } from "./members.ts";

type Native = Readonly<Record<string, unknown>>;

/** Keys of a native rule document, and what is still to be done to its compiled conditions. */
export interface NativeConditions {
  readonly conditions: readonly Native[] | Readonly<Record<string, Native>>;
  readonly match?: string;
  readonly finish?: (condition: Condition) => Condition;
}

type Fault = { readonly fault: string };

/** `deciding`: what else bears on what the rule decides, for its versions. */
export function nativeConditions(
  { type, condition }: CorrelationDocument["correlation"],
  listed: readonly Member[],
  deciding: unknown,
): NativeConditions | Fault {
  const members = listed.filter(
    ({ entry }, index) => listed.findIndex((other) => other.entry === entry) === index,
  );
  if (type === "temporal_ordered") {
    if (condition === undefined || wantsAll(condition, members)) return inOrder(listed, deciding);
    return { fault: "temporal_ordered wants all of its rules in order: another condition cannot be had" };
  }
  if (type === "temporal" && (condition === undefined || typeof condition === "string")) {
    return present(members, condition, deciding);
  }
  if (condition === undefined) return { fault: `${type} needs a condition` };
  if (typeof condition === "string") return { fault: `${type} compares a number: a map like { gte: 3 }` };
  const compared = comparisons(condition);
  if (compared === null) return { fault: "a condition has one operator, or two for a range" };
  const stray = strayKey(type, condition);
  if (stray !== null) return { fault: stray };
  const native = numeric(type, condition, members, deciding);
  if ("fault" in native) return native;
  const { own, finish = (compiled) => compiled } = native;
  const name = nameOf(members);
  return { conditions: compared.map((comparison) => ({ name, ...own, ...comparison })), finish };
}

function inOrder(members: readonly Member[], deciding: unknown): NativeConditions {
  const sequence = members.map((member) => ({ where: whereOf([member], deciding) }));
  return { conditions: [{ type: "event_sequence", sequence }] };
}

/** Each rule is there, or those that the condition wants. */
function present(
  members: readonly Member[],
  condition: string | undefined,
  deciding: unknown,
): NativeConditions | Fault {
  const conditions = members.map((member) => ({
    name: member.word,
    type: "event_count",
    where: whereOf([member], deciding),
  }));
  if (condition === undefined) return { conditions };
  const match = matchOf(condition, members);
  if (typeof match !== "string") return match;
  return { conditions: Object.fromEntries(conditions.map((each) => [each.name, each])), match };
}

/** What is compared with the number, as keys of a native condition. */
function numeric(
  type: CorrelationDocument["correlation"]["type"],
  condition: CorrelationBounds,
  members: readonly Member[],
  deciding: unknown,
): (Pick<NativeConditions, "finish"> & { readonly own: Native }) | Fault {
  const where = whereOf(members, deciding);
  if (type === "event_count") return { own: { type, where } };
  const { types } = anyOf(members.map(({ predicate }) => predicate));
  const derivedWhere = whereOf(members, deciding, Object.freeze({ test: () => true, types, cost: 1 }));
  if (type === "temporal") {
    const rulesOf = (event: Parameters<Predicate["test"]>[0]) => {
      const seen = members.filter(({ predicate }) => predicate.test(event)).map(({ word }) => word);
      return seen.length === 0 ? undefined : { rule: seen };
    };
    const own = { type: "unique_count", field: "rule", where: derivedWhere };
    return { own, finish: withDerived(types, rulesOf) };
  }
  const fields = typeof condition.field === "string" ? [condition.field] : (condition.field ?? []);
  const paths = pathsByMember(fields, members);
  if ("fault" in paths) return paths;
  const measured = measure(type, condition);
  if (paths.same !== null) return { own: { ...measured, field: oneOrMany(paths.same), where } };
  const derived = oneOrMany(fields.map((field) => `details.${field}`));
  return {
    own: { ...measured, field: derived, where: derivedWhere },
    finish: withDerived(types, readFirst(fields, paths.byMember)),
  };
}

function measure(type: string, { percentile = 50 }: CorrelationBounds): Native {
  if (type === "value_count") return { type: "unique_count" };
  const aggregate = type.slice("value_".length);
  return { type: "threshold", aggregate, ...(aggregate === "percentile" ? { percentile } : {}) };
}

function oneOrMany(names: readonly string[]): string | readonly string[] {
  return names.length === 1 ? names[0]! : names;
}

function whereOf(members: readonly Member[], deciding: unknown, predicate?: Predicate): CompiledWhere {
  const any = predicate ?? anyOf(members.map((member) => member.predicate));
  return compiledWhere(nameOf(members), [members.map(({ source }) => source), deciding], any);
}

function nameOf(members: readonly Member[]): string {
  return members.length === 1 ? members[0]!.word : "events";
}
