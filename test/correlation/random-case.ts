/** Random small rules and events that bear on each other, for comparing the engine with the reference. */
import fc from "fast-check";
import type { JsonValue, SecurityEvent } from "../../src/events/security-event.ts";
import { makeEvent } from "../events/make-event.ts";
import type { Tree, WrittenCondition } from "./reference.ts";
import type { WrittenStep } from "./reference-sequence.ts";

/** Monday, shortly before the time patterns below begin or end. */
export const start = Date.parse("2026-01-05T10:00:00Z");

export interface RandomRule {
  /** Milliseconds. */
  readonly window: number;
  /** Milliseconds; null: the partition's. */
  readonly lateness: number | null;
  readonly conditions: readonly (WrittenCondition & { readonly where?: unknown })[];
  readonly tree: Tree;
  /** The rule document, for the compiler. */
  readonly document: Readonly<Record<string, unknown>>;
}

const types = ["a", "b", "c"] as const;
const seconds = (...list: readonly number[]) => fc.constantFrom(...list.map((each) => each * 1000));

const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const someTypes = fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 2 });
const where = someTypes.map((type) => ({ type }));
const grows = fc.constantFrom(">" as const, ">=" as const);
const anyComparison = fc.constantFrom(
  ">" as const,
  ">=" as const,
  "<" as const,
  "<=" as const,
  "==" as const,
  "!=" as const,
);

const eventCount = fc.record({
  type: fc.constant("event_count" as const),
  where,
  operator: grows,
  threshold: fc.constantFrom(0, 1, 2, 2, 3, 3, 4),
});

const uniqueCount = fc.record(
  {
    type: fc.constant("unique_count" as const),
    where,
    field: fc.constantFrom<string | readonly string[]>("u", "list", ["u", "user"]),
    operator: grows,
    threshold: fc.integer({ min: 0, max: 3 }),
  },
  { requiredKeys: ["type", "field", "operator", "threshold"] },
);

const threshold = fc
  .record(
    {
      type: fc.constant("threshold" as const),
      where,
      field: fc.constant("n"),
      aggregate: fc.constantFrom(
        "any" as const,
        "sum" as const,
        "avg" as const,
        "min" as const,
        "max" as const,
      ),
      operator: anyComparison,
      threshold: fc.integer({ min: -2, max: 9 }),
      min_count: fc.integer({ min: 1, max: 3 }),
    },
    { requiredKeys: ["type", "field", "aggregate", "operator", "threshold", "min_count"] },
  )
  .filter(({ aggregate, operator }) => aggregate !== "sum" || operator === ">" || operator === ">=");

const patternMatch = fc.record(
  {
    type: fc.constant("pattern_match" as const),
    where,
    field: fc.constant("u"),
    pattern: fc.constantFrom("x", "^(x|y)$", "z$"),
  },
  { requiredKeys: ["type", "field", "pattern"] },
);

const step = fc.oneof(
  fc.constantFrom<WrittenStep>(...types),
  fc.record({ where, runs: fc.integer({ min: 1, max: 2 }) }),
);
const eventSequence = fc.record(
  {
    type: fc.constant("event_sequence" as const),
    sequence: fc.array(step, { minLength: 1, maxLength: 3 }),
    within: fc.constantFrom("0s", "10s", "20s"),
  },
  { requiredKeys: ["type", "sequence"] },
);

const by = fc.constantFrom<readonly string[]>(["u"], ["u"], ["user"], ["u", "user"]);
const positiveStep = fc.oneof(
  fc.constantFrom<WrittenStep>(...types),
  fc.record({ where, runs: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ where, runs: fc.constant(1), by }),
);

/** Joined, with something forbidden in some gaps; `trailing` decides about the last. */
const joinedSequence = (
  trailing: boolean,
  forbiddenWhere: fc.Arbitrary<{ readonly type: readonly string[] }> = where,
) =>
  fc
    .record({
      steps: fc.array(positiveStep, { minLength: 1, maxLength: 3 }),
      nots: fc.array(fc.record({ where: forbiddenWhere, by: seldom(by) }), { minLength: 4, maxLength: 4 }),
      gaps: fc.nat(15),
      within: seldom(fc.constantFrom("0s", "10s", "20s")),
      until: seldom(forbiddenWhere),
    })
    .map(({ steps, nots, gaps, within, until }): WrittenCondition => {
      const joins = steps.some((step) => typeof step === "object" && "by" in step);
      const notAt = (gap: number): readonly WrittenStep[] => {
        if (gap === steps.length ? !trailing : (gaps & (1 << gap)) === 0) return [];
        const { where: forbidden, by: fields } = nots[gap]!;
        return [{ not: joins && fields !== null ? { where: forbidden, by: fields } : { where: forbidden } }];
      };
      const sequence = [...steps.flatMap((step, gap) => [...notAt(gap), step]), ...notAt(steps.length)];
      return {
        type: "event_sequence",
        sequence,
        ...(within === null ? {} : { within }),
        ...(until === null ? {} : { until: { where: until } }),
      };
    });

const distribution = fc
  .record(
    {
      type: fc.constant("threshold" as const),
      where,
      field: fc.constant("n"),
      aggregate: fc.constantFrom("median" as const, "percentile" as const),
      operator: anyComparison,
      threshold: fc.oneof(fc.integer({ min: -2, max: 9 }), fc.constantFrom(2.5, 3.25)),
      min_count: fc.integer({ min: 1, max: 3 }),
      percentile: fc.constantFrom(0, 7, 25, 50, 90, 100),
    },
    { requiredKeys: ["type", "field", "aggregate", "operator", "threshold", "min_count"] },
  )
  .map(({ percentile, ...rest }) =>
    rest.aggregate === "median" || percentile === undefined ? rest : { ...rest, percentile },
  );

const newValue = fc.record(
  {
    type: fc.constant("new_value" as const),
    where,
    field: fc.constantFrom<string | readonly string[]>("u", "list", "user", ["u", "user"]),
    lookback: fc.constantFrom("10s", "30s", "60s", "200s"),
    warmup: fc.constantFrom("0s", "20s", "50s"),
  },
  { requiredKeys: ["type", "field", "lookback", "warmup"] },
);

const rateChange = fc.record({
  type: fc.constant("rate_change" as const),
  where,
  operator: anyComparison,
  factor: fc.constantFrom(0.5, 1, 2, 3),
  min_count: fc.integer({ min: 1, max: 3 }),
});

const anyCount = fc.record({
  type: fc.constant("event_count" as const),
  where,
  operator: anyComparison,
  threshold: fc.integer({ min: 1, max: 4 }),
});

const anyUniqueCount = fc.record(
  {
    type: fc.constant("unique_count" as const),
    where,
    field: fc.constantFrom<string | readonly string[]>("u", "list", ["u", "user"]),
    operator: anyComparison,
    threshold: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: ["type", "field", "operator", "threshold"] },
);

const anySum = fc.record({
  type: fc.constant("threshold" as const),
  where,
  field: fc.constant("n"),
  aggregate: fc.constant("sum" as const),
  operator: anyComparison,
  threshold: fc.integer({ min: 1, max: 9 }),
  min_count: fc.constant(1),
});

const anyTimes = fc.record({
  type: fc.constant("event_count" as const),
  where,
  operator: fc.constant(">=" as const),
  threshold: fc.constantFrom(1, 1, 2),
});

const timePattern = fc.record({
  type: fc.constant("time_pattern" as const),
  pattern: fc.record({
    from: fc.constantFrom("10:00", "10:01", "10:02"),
    to: fc.constantFrom("10:03", "10:04"),
    invert: fc.boolean(),
  }),
});

/** Terms that may be judged the moment that something comes, or when nothing late can undo them. */
const positive = fc.oneof(
  eventCount,
  uniqueCount,
  threshold,
  patternMatch,
  eventCount,
  eventSequence,
  uniqueCount,
  timePattern,
  joinedSequence(false),
  distribution,
  newValue,
  rateChange,
) as fc.Arbitrary<RandomRule["conditions"][number]>;

/** Terms that may stand beside one that is denied. */
const deniable = fc.oneof(
  anyTimes,
  anyTimes,
  anyCount,
  anyUniqueCount,
  anySum,
  patternMatch,
  eventSequence,
  timePattern,
  joinedSequence(false),
  joinedSequence(true),
) as fc.Arbitrary<RandomRule["conditions"][number]>;

/** Every condition once, in order, bracketed by `and` and `or` at random. */
function treeOver(conditions: RandomRule["conditions"], bits: number, deny: boolean): Tree {
  const leaves = conditions.map((each, index): Tree => {
    return mayDeny(each, deny) && (bits & (1 << (index + 8))) !== 0 ? { not: index } : index;
  });
  if ((bits & 1) !== 0) return { all: leaves };
  return leaves.reduce((left, leaf, index) =>
    (bits & (1 << index)) !== 0 ? { all: [left, leaf] } : { any: [left, leaf] },
  );
}

/** `not` has no answer over a settled term, and two over a sum without any values. */
function mayDeny(condition: RandomRule["conditions"][number], deny: boolean): boolean {
  if (condition.type === "time_pattern") return true;
  if (!deny) return false;
  if (condition.type === "threshold") return condition.operator === ">" || condition.operator === ">=";
  if (condition.type !== "event_sequence") return true;
  const { sequence, until } = condition;
  const isNot = (step: WrittenStep | undefined): boolean => typeof step === "object" && "not" in step;
  return isNot(sequence.at(-1)) || (until === undefined && !sequence.some(isNot));
}

export function matchText(tree: Tree): string {
  if (typeof tree === "number") return `c${tree}`;
  if ("not" in tree) return `not ${matchText(tree.not)}`;
  const [parts, word] = "all" in tree ? [tree.all, " and "] : [tree.any, " or "];
  return `(${parts.map(matchText).join(word)})`;
}

const groupings = [["container"], [], ["user"], ["container", "user"]];

const ruleOf = (condition: fc.Arbitrary<RandomRule["conditions"][number]>, deny: boolean) =>
  fc
    .record({
      conditions: fc.array(condition, { minLength: 1, maxLength: 3, size: "max" }),
      bits: fc.noBias(fc.integer({ min: 0, max: 0xffff })),
      window: deny ? seconds(10, 20, 30, 50, 80) : seconds(0, 10, 20, 30, 50, 80),
      lateness: seldom(seconds(0, 10, 30)),
      groupBy: fc.constantFrom(...groupings, ["container"], ["container"]),
      common: seldom(fc.constant({ type: ["a", "b"] })),
      except: seldom(fc.constantFrom("x", "y")),
    })
    .filter(({ conditions, window }) => window > 0 || conditions.every(({ type }) => type !== "rate_change"))
    .map(({ conditions, bits, window, lateness, groupBy, common, except }): RandomRule => {
      const tree = treeOver(conditions, bits, deny);
      const timeAlone = conditions.every(({ type }) => type === "time_pattern");
      return {
        window,
        lateness,
        conditions,
        tree,
        document: {
          window: `${window}ms`,
          group_by: groupBy,
          ...(common !== null || timeAlone ? { where: common ?? { type: ["a", "b"] } } : {}),
          ...(lateness === null ? {} : { allowed_lateness: `${lateness}ms` }),
          ...(except === null ? {} : { except: [{ u: except }] }),
          conditions: Object.fromEntries(conditions.map((each, index) => [`c${index}`, each])),
          match: matchText(tree),
        },
      };
    });

/** Judged at once, or when the watermark has passed an event. */
export const randomPositiveRule = ruleOf(positive, false);
/** Most of them judged at deadlines. */
export const randomDeniedRule = ruleOf(deniable, true);
/** Judged for each of these groups at the end of every window, heard of or not. */
const randomListedRule = fc
  .oneof(randomPositiveRule, randomDeniedRule)
  .filter(({ window }) => window > 0)
  .map((rule): RandomRule => {
    const listed = { group_by: "container", for_each: { container: ["g1", "g3"] } };
    return { ...rule, document: { ...rule.document, ...listed } };
  });
export const randomRule: fc.Arbitrary<RandomRule> = fc.oneof(
  { weight: 4, arbitrary: randomPositiveRule },
  { weight: 4, arbitrary: randomDeniedRule },
  { weight: 1, arbitrary: randomListedRule },
);

const floodTypes = ["x", "y"] as const;
const floodWhere = fc
  .uniqueArray(fc.constantFrom(...floodTypes), { minLength: 1, maxLength: 2 })
  .map((type) => ({ type }));
/** Rules that forbid what comes in floods; none of it is ever relevant. */
export const randomForbiddingRule = ruleOf(
  fc.oneof(
    joinedSequence(true, floodWhere),
    joinedSequence(false, floodWhere),
    joinedSequence(false, floodWhere),
    anyCount,
  ) as fc.Arbitrary<RandomRule["conditions"][number]>,
  true,
);

/** Mostly on a grid of ten seconds, so that windows end exactly at events; now and then a millisecond off it. */
const time = fc
  .tuple(fc.noBias(fc.integer({ min: 0, max: 26 })), fc.constantFrom(0, 0, 0, 0, 1, -1))
  .map(([slot, off]) => start + slot * 10_000 + off);

const details = fc.record(
  {
    u: fc.constantFrom("x", "y", "z"),
    user: fc.constantFrom("ann", "bob"),
    list: fc.array(fc.constantFrom("x", "y", "z"), { minLength: 1, maxLength: 2 }),
    n: fc.oneof(fc.integer({ min: -3, max: 9 }), fc.integer({ min: 0, max: 9 }).map(String)),
  },
  { requiredKeys: ["u", "n"] },
);

interface Draft {
  readonly timestamp: number;
  readonly type: string;
  readonly container: string | null;
  readonly details: object;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  timestamp: time,
  type: fc.constantFrom(...types),
  container: fc.constantFrom("g1", "g1", "g1", "g2", null),
  details,
});

/** In order of event time. */
export const randomEvents: fc.Arbitrary<readonly SecurityEvent[]> = fc
  .array(draft, { minLength: 3, maxLength: 26, size: "max" })
  .map(eventsOf);

const flood = fc
  .record({
    timestamp: time,
    gap: fc.constantFrom(0, 1, 300, 700, 2_500),
    drafts: fc.array(fc.record({ type: fc.constantFrom(...floodTypes), details }), {
      minLength: 5,
      maxLength: 40,
      size: "max",
    }),
    container: fc.constantFrom("g1", "g1", "g2"),
  })
  .map(({ timestamp, gap, drafts, container }): readonly Draft[] =>
    drafts.map((each, index) => ({ ...each, container, timestamp: timestamp + index * gap })),
  );

/** A few events that rules may want among floods of those that they may forbid; in order of event time. */
export const randomFlood: fc.Arbitrary<readonly SecurityEvent[]> = fc
  .tuple(
    fc.array(draft, { minLength: 1, maxLength: 8, size: "max" }),
    fc.array(flood, { minLength: 1, maxLength: 3, size: "max" }),
  )
  .map(([drafts, floods]) => eventsOf([...drafts, ...floods.flat()]));

function eventsOf(drafts: readonly Draft[]): readonly SecurityEvent[] {
  return drafts
    .map(({ timestamp, type, container, details: fields }, index) =>
      makeEvent(fields as Readonly<Record<string, JsonValue>>, {
        id: `e${index}`,
        timestamp,
        type,
        container_id: container,
      }),
    )
    .sort((a, b) => a.timestamp - b.timestamp);
}
