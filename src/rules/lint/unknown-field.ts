/**
 * A field that no known source produces, most often a slip of the pen. What an event of the rule's own tests carries is
 * known: native producers may send anything, and the test says what.
 */
import { isDimensionWord } from "../../events/dimensions.ts";
import { compilePath } from "../../events/field-path.ts";
import { nearest } from "../predicate/nearest.ts";
import { arrivals } from "../rule-test.ts";
import { knownFields } from "./known-fields.ts";
import type { Lint, Source } from "./lint.ts";
import { conditionsOf, isMap, itemsOf, type Part, wheresOf } from "./rule-parts.ts";

export const unknownField: Lint = {
  code: "unknown-field",
  summary: "No known source produces the field.",
  check({ source, suites }, report) {
    const events = suites
      .flatMap(({ tests }) => tests.flatMap(arrivals))
      .flatMap((each) => ("event" in each ? [each.event] : []));
    const told = new Set<string>();
    for (const { path, value: field } of fieldsOf(source)) {
      if (told.has(field) || isKnownField(field)) continue;
      const look = compilePath(field);
      if (events.some((event) => look(event) !== undefined)) continue;
      told.add(field);
      const meant = nearest(field.replace(place, ""), names);
      report(
        path,
        `no known source produces "${field}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`,
      );
    }
  },
};

const place = /^(?:details|enrichment)\./;
const known = Object.values(knownFields).flat();
const names = known.filter((name) => !name.endsWith("*"));
const exact: ReadonlySet<string> = new Set(names);
const prefixes = known.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));

export function isKnownField(field: string): boolean {
  const name = field.replace(place, "");
  return exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

function fieldsOf(source: Source): readonly Part<string>[] {
  const items = wheresOf(source).flatMap(itemsOf);
  return [
    ...items.filter(({ key }) => key.field !== "").map(({ path, key }) => ({ path, value: key.field })),
    ...items
      .filter(({ key }) => key.comparison === "fieldref")
      .flatMap(({ values }) => values.map(({ path, value }) => ({ path, value: String(value) }))),
    ...conditionsOf(source).flatMap(({ path, value }) => [
      ...textsAt([...path, "field"], value.field),
      ...byOf({ path, value }),
    ]),
    ...textsAt(["group_by"], source.group_by).filter(({ value }) => !isDimensionWord(value)),
  ];
}

/** `by` of the steps of a sequence. */
function byOf({ path, value: { sequence } }: Part<Source>): readonly Part<string>[] {
  if (!Array.isArray(sequence)) return [];
  return (sequence as readonly unknown[]).flatMap((step, index) => {
    const inner = isMap(step) ? (isMap(step.not) ? step.not : step) : {};
    const below = isMap(step) && isMap(step.not) ? ["not", "by"] : ["by"];
    return textsAt([...path, "sequence", index, ...below], inner.by);
  });
}

function textsAt(path: Part<string>["path"], value: unknown): readonly Part<string>[] {
  if (typeof value === "string") return [{ path, value }];
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown, index) =>
    typeof each === "string" ? [{ path: [...path, index], value: each }] : [],
  );
}
