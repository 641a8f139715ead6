/**
 * `event_sequence`: different events fill the steps in order of event time, equal times in any order; `within` bounds
 * each hop; `{not: …}` and `until` forbid events in between; `by` joins steps on equal values.
 *
 * A plain sequence marks an event with the set of steps it can fill, as a bit mask (sequence-steps.ts); one that joins
 * or forbids marks it with one text for each part it can play (sequence-parts.ts).
 */
import { z } from "zod";
import { compilePath } from "../events/field-path.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import { singleText } from "../events/single-text.ts";
import type { Condition, ConditionContext, ConditionType, Span, TermKind } from "../rules/condition-type.ts";
import type { Predicate } from "../rules/predicate/compile-predicate.ts";
import {
  isConsulted,
  partMark,
  type SequencePlan,
  stepsFilled,
  unjoined,
  withoutForbidden,
  withoutKeys,
} from "./sequence-parts.ts";
import { sequenceReason } from "./sequence-reason.ts";
import { decisive, filled } from "./sequence-steps.ts";

const by = z.array(z.string().min(1)).min(1).optional();
const step = z.union([
  z.string().min(1),
  z.strictObject({ where: z.unknown(), runs: z.number().int().positive().max(30).default(1), by }),
  z.strictObject({ not: z.strictObject({ where: z.unknown(), by }) }),
]);

const options = z.strictObject({
  sequence: z.array(step).min(1).max(30),
  within: z.string().optional(),
  until: z.strictObject({ where: z.unknown() }).optional(),
});
type Options = z.infer<typeof options>;

const maxSteps = 30;

/** A part that an event can play: it fills a step, or is forbidden in a gap. */
interface Part {
  readonly predicate: Predicate;
  readonly key: ((event: SecurityEvent) => string | undefined) | null;
  /** Number of fields in the key. */
  readonly fields: number;
}

interface Forbidden {
  readonly gap: number;
  readonly part: Part;
  readonly label: string;
}

/** What ends a sequence on its way, and how it is called. */
interface Until {
  readonly predicate: Predicate;
  readonly label: string;
}

export const eventSequence: ConditionType<Options> = {
  type: "event_sequence",
  doc: "Different events fill the steps in order of event time.",
  example: "{ type: event_sequence, sequence: [FIRST_TYPE, SECOND_TYPE], within: 1m }",
  options,
  compile(given, context) {
    const hop =
      given.within === undefined ? Number.POSITIVE_INFINITY : context.duration(["within"], given.within);
    const steps: Part[] = [];
    const nots: Forbidden[] = [];
    const labels: string[] = [];
    const stepLabels: string[] = [];
    for (const [index, each] of given.sequence.entries()) {
      const part = partOf(each, ["sequence", index], context);
      if (part === null) return null;
      labels.push(labelOf(each));
      if (typeof each === "object" && "not" in each)
        nots.push({ gap: steps.length, part, label: labelOfWhere(each.not.where) });
      else
        for (let run = 0; run < (typeof each === "string" ? 1 : each.runs); run += 1) {
          steps.push(part);
          stepLabels.push(typeof each === "string" ? each : labelOfWhere(each.where));
        }
    }
    const until = untilOf(given, context);
    if (hop === null || (given.until !== undefined && until === null)) return null;
    if (steps.length === 0 || steps.length > maxSteps) {
      const message = `a sequence has 1 to ${maxSteps} positive steps, runs counted: this has ${steps.length}`;
      context.fault(["sequence"], "bad-length", message);
      return null;
    }
    const twice = nots.find(({ gap }, index) => nots[index + 1]?.gap === gap);
    if (twice !== undefined) {
      context.fault(
        ["sequence"],
        "bad-step",
        "two not steps side by side: make them one with a list of maps",
      );
      return null;
    }
    const plain = nots.length === 0 && until === null && steps.every(({ key }) => key === null);
    const parts = [...steps, ...nots.map(({ part }) => part)].map(({ predicate }) => predicate);
    const common = {
      name: context.name,
      type: "event_sequence",
      operator: null,
      threshold: null,
      ordered: true,
      types: typesOf(until === null ? parts : [...parts, until.predicate]),
      phrase: (value: string) =>
        value === `${steps.length}/${steps.length}` ? labels.join(" → ") : `${labels.join(" → ")} (${value})`,
    };
    return plain
      ? { ...common, ...plainSequence(steps, stepLabels, hop, context) }
      : { ...common, ...joinedSequence(steps, stepLabels, nots, until, hop, context) };
  },
};

type Judging = Pick<
  Condition,
  | "kind"
  | "mark"
  | "holds"
  | "measure"
  | "explain"
  | "half"
  | "apart"
  | "consults"
  | "forbids"
  | "longestMark"
  | "lookback"
  | "keep"
>;

function plainSequence(
  steps: readonly Part[],
  labels: readonly string[],
  hop: number,
  { predicate: common }: ConditionContext,
): Judging {
  const count = steps.length;
  return {
    kind: "helped",
    longestMark: () => 11,
    mark: (event) => {
      let mask = 0;
      for (let index = 0; index < count; index += 1) {
        if (steps[index]!.predicate.test(event)) mask |= 1 << index;
      }
      return mask !== 0 && (common === null || common.test(event)) ? mask : undefined;
    },
    holds: (span) => filled(span, count, hop) === count,
    measure: (span) => `${filled(span, count, hop)}/${count}`,
    explain: (span) =>
      sequenceReason({ span, labels, hop, filled: (part, within) => filled(part, count, within) }),
    keep: (span) => decisive(span, count, hop),
  };
}

function joinedSequence(
  steps: readonly Part[],
  labels: readonly string[],
  nots: readonly Forbidden[],
  until: Until | null,
  hop: number,
  { predicate: common, windowMs }: ConditionContext,
): Judging {
  const plan: SequencePlan = {
    steps: steps.length,
    joined: steps.map(({ key }) => key !== null),
    hop,
    window: windowMs,
  };
  const trailing = nots.some(({ gap }) => gap === steps.length);
  const forbids = nots.length + (until === null ? 0 : 1);
  const kind: TermKind = trailing ? "both" : forbids > 0 ? "settled" : "helped";
  return {
    kind,
    lookback: nots.some(({ gap }) => gap === 0) ? windowMs : 0,
    mark: (event) => {
      if (common !== null && !common.test(event)) return undefined;
      const marks: string[] = [];
      const play = (part: Part, role: string, place: number): void => {
        if (!part.predicate.test(event)) return;
        const key = part.key === null ? null : part.key(event);
        if (key !== undefined) marks.push(partMark(role, place, key));
      };
      for (const [index, part] of steps.entries()) play(part, "s", index);
      for (const { gap, part } of nots) play(part, "n", gap);
      if (until?.predicate.test(event) === true) marks.push(partMark("u", 0, null));
      return marks.length > 0 ? marks : undefined;
    },
    consults: isConsulted,
    forbids,
    longestMark: (longest) => longestMark([...steps, ...nots.map(({ part }) => part)], longest),
    holds: (span, { from }) => stepsFilled(span, plan, from, true) === steps.length,
    half: (span, from) => stepsFilled(span, plan, from, false) === steps.length,
    ...(trailing ? { apart: true } : {}),
    measure: (span, { from }) => `${stepsFilled(span, plan, from, true)}/${steps.length}`,
    explain: (span, { from }) =>
      sequenceReason({
        span,
        labels,
        hop,
        filled: (part, within) => stepsFilled(part, { ...plan, hop: within }, from, true),
        forbidden: [
          ...nots.map(({ gap, label }) => ({ label, role: "n", place: gap })),
          ...(until === null ? [] : [{ label: until.label, role: "u", place: 0 }]),
        ].map(({ label, ...only }) => ({
          label,
          filledWithout: (part) => stepsFilled(withoutForbidden(part, only), plan, from, true),
        })),
        ...(trailing ? { filledBefore: (part: Span) => stepsFilled(part, plan, from, false) } : {}),
        withoutKeys: (part) => stepsFilled(withoutKeys(part), unjoined(plan), from, true),
      }),
  };
}

function untilOf({ until }: Options, context: ConditionContext): Until | null {
  if (until === undefined) return null;
  const predicate = context.predicateAt(["until", "where"], until.where);
  return predicate === null ? null : { predicate, label: labelOfWhere(until.where) };
}

type Step = Options["sequence"][number];

function partOf(each: Step, path: readonly (string | number)[], context: ConditionContext): Part | null {
  if (typeof each === "string") {
    const predicate = context.predicateAt(path, { type: each });
    return predicate === null ? null : { predicate, key: null, fields: 0 };
  }
  const [at, { where, by: fields }] = "not" in each ? [[...path, "not"], each.not] : [path, each];
  const predicate = context.predicateAt([...at, "where"], where);
  const key = fields === undefined ? null : keyOf(fields);
  return predicate === null ? null : { predicate, key, fields: fields?.length ?? 0 };
}

/** The values of the fields as one text; undefined where one is absent. */
function keyOf(fields: readonly string[]): (event: SecurityEvent) => string | undefined {
  const paths = fields.map(compilePath);
  return (event) => {
    const texts = paths.map((path) => singleText(path(event)));
    return texts.every((text) => text !== undefined) ? JSON.stringify(texts) : undefined;
  };
}

/** Of an event that plays every part, and ends the sequence: role and place, quotes and commas beside each text. */
function longestMark(parts: readonly Part[], longest: number): number {
  return parts.reduce((sum, { fields }) => sum + 10 + fields * (longest + 5), 10);
}

function typesOf(predicates: readonly Predicate[]): readonly string[] | null {
  if (predicates.some(({ types }) => types === null)) return null;
  return [...new Set(predicates.flatMap(({ types }) => types!))];
}

function labelOf(each: Step): string {
  if (typeof each === "string") return each;
  if ("not" in each) return `no ${labelOfWhere(each.not.where)}`;
  return labelOfWhere(each.where) + (each.runs > 1 ? ` × ${each.runs}` : "");
}

/** The types it asks for, where it names any; what else it asks is left to the rule. */
function labelOfWhere(where: unknown): string {
  if (Array.isArray(where)) return where.map(labelOfWhere).join(" or ");
  const type = where !== null && typeof where === "object" && "type" in where ? where.type : undefined;
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  return types.every((each) => typeof each === "string") ? types.join(" or ") : JSON.stringify(where);
}
