/** Random small rules and events that bear on each other, for comparing the engine with the reference. */
import fc from "fast-check";
import type { JsonValue, SecurityEvent } from "../../src/events/security-event.ts";
import { makeEvent } from "../events/make-event.ts";
import type { Tree, WrittenCondition, WrittenStep } from "./reference.ts";

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

const timePattern = fc.record({
  type: fc.constant("time_pattern" as const),
  pattern: fc.record({
    from: fc.constantFrom("10:00", "10:01", "10:02"),
    to: fc.constantFrom("10:03", "10:04"),
    invert: fc.boolean(),
  }),
});

const condition = fc.oneof(
  eventCount,
  uniqueCount,
  threshold,
  patternMatch,
  eventCount,
  eventSequence,
  uniqueCount,
  timePattern,
) as fc.Arbitrary<RandomRule["conditions"][number]>;

/** Every condition once, in order, bracketed by `and` and `or` at random. */
function treeOver(conditions: RandomRule["conditions"], bits: number): Tree {
  const leaves = conditions.map((each, index): Tree => {
    return each.type === "time_pattern" && (bits & (1 << (index + 8))) !== 0 ? { not: index } : index;
  });
  if ((bits & 1) !== 0) return { all: leaves };
  return leaves.reduce((left, leaf, index) =>
    (bits & (1 << index)) !== 0 ? { all: [left, leaf] } : { any: [left, leaf] },
  );
}

export function matchText(tree: Tree): string {
  if (typeof tree === "number") return `c${tree}`;
  if ("not" in tree) return `not ${matchText(tree.not)}`;
  const [parts, word] = "all" in tree ? [tree.all, " and "] : [tree.any, " or "];
  return `(${parts.map(matchText).join(word)})`;
}

const groupings = [["container"], [], ["user"], ["container", "user"]];

export const randomRule: fc.Arbitrary<RandomRule> = fc
  .record({
    conditions: fc.array(condition, { minLength: 1, maxLength: 3, size: "max" }),
    bits: fc.noBias(fc.integer({ min: 0, max: 0xffff })),
    window: seconds(0, 10, 20, 30, 50, 80),
    lateness: seldom(seconds(0, 10, 30)),
    groupBy: fc.constantFrom(...groupings, ["container"], ["container"]),
    common: seldom(fc.constant({ type: ["a", "b"] })),
    except: seldom(fc.constantFrom("x", "y")),
  })
  .map(({ conditions, bits, window, lateness, groupBy, common, except }) => {
    const tree = treeOver(conditions, bits);
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

/** In order of event time. */
export const randomEvents: fc.Arbitrary<readonly SecurityEvent[]> = fc
  .array(
    fc.record({
      timestamp: time,
      type: fc.constantFrom(...types),
      container: fc.constantFrom("g1", "g1", "g1", "g2", null),
      details,
    }),
    { minLength: 3, maxLength: 26, size: "max" },
  )
  .map((drafts) =>
    drafts
      .map(({ timestamp, type, container, details: fields }, index) =>
        makeEvent(fields as Readonly<Record<string, JsonValue>>, {
          id: `e${index}`,
          timestamp,
          type,
          container_id: container,
        }),
      )
      .sort((a, b) => a.timestamp - b.timestamp),
  );
