import { compilePath } from "../../events/field-path.ts";
import { someElement } from "./elements.ts";
import { fold } from "./fold.ts";
import type { ItemContext, PlacedValue } from "./item-context.ts";
import type { Anchor, ItemKey } from "./modifiers.ts";
import type { Predicate } from "./predicate.ts";

const anchored: Readonly<Record<Anchor, (text: string, other: string) => boolean>> = {
  equals: (text, other) => text === other,
  contains: (text, other) => text.includes(other),
  startswith: (text, other) => text.startsWith(other),
  endswith: (text, other) => text.endsWith(other),
};

/**
 * `field|fieldref: other`: the two fields hold the same value, or (with `contains` and its like) the first holds the
 * text of the second, whose `*` is a star. Of lists, some element of each. Two absent fields are not equal.
 */
export function compileFieldref(
  key: ItemKey,
  values: readonly PlacedValue[],
  context: ItemContext,
): Predicate | null {
  const tests: Predicate["test"][] = [];
  for (const { value, path } of values) {
    if (typeof value === "string" && value !== "") tests.push(compareFields(key, value));
    else
      context.fault(
        path,
        "bad-value",
        `Cannot use "fieldref": it must name a field: current value is ${JSON.stringify(value)}`,
      );
  }
  if (tests.length < values.length) return null;
  return Object.freeze<Predicate>({
    test: key.all
      ? (event) => tests.every((test) => test(event))
      : (event) => tests.some((test) => test(event)),
    types: null,
    cost: 4 * tests.length,
  });
}

function compareFields({ field, anchor, cased }: ItemKey, otherField: string): Predicate["test"] {
  const read = compilePath(field);
  const readOther = compilePath(otherField);
  const compare = anchored[anchor];
  const prepare = cased ? String : (value: unknown) => fold(String(value));
  return (event) => {
    const value = read(event);
    if (value === undefined) return false;
    const other = readOther(event);
    if (other === undefined) return false;
    return someElement(other, (wanted) => {
      const text = prepare(wanted);
      return someElement(value, (held) => compare(prepare(held), text));
    });
  };
}
