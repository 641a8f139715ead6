import { compilePath } from "../../events/field-path.ts";
import type { ItemContext, PlacedValue } from "./item-context.ts";
import type { ItemKey } from "./modifiers.ts";
import type { Predicate } from "./predicate.ts";

/** `field|exists: true`: the field is there, whatever it holds; `false`: it is absent (semantics §1). */
export function compileExists(
  { field }: ItemKey,
  values: readonly PlacedValue[],
  context: ItemContext,
): Predicate | null {
  const [{ value: wanted, path }] = values as readonly [PlacedValue];
  if (typeof wanted !== "boolean" || values.length > 1) {
    context.fault(
      path,
      "bad-value",
      `Cannot use "exists": it must be true or false: current value is ${JSON.stringify(wanted)}`,
    );
    return null;
  }
  const read = compilePath(field);
  return Object.freeze<Predicate>({
    test: (event) => (read(event) !== undefined) === wanted,
    types: null,
    cost: 1,
  });
}
