import { isAbsent } from "../../events/absent.ts";
import type { JsonValue } from "../../events/security-event.ts";

export type Scalar = string | number | boolean;
export type ScalarTest = (value: Scalar) => boolean;

/** Whether one scalar of an event agrees with one of an item's values. */
export interface ScalarComparison {
  readonly test: ScalarTest;
  readonly cost: number;
  /** The texts of which it must equal one, apart from case; null where it compares otherwise. */
  readonly literals: readonly string[] | null;
}

/** Whether an element of the value passes; a scalar is its own only element, a map has none to compare. */
export function someElement(value: JsonValue, test: ScalarTest): boolean {
  if (typeof value !== "object") return test(value);
  return Array.isArray(value) && value.some((element) => !isAbsent(element) && someElement(element, test));
}
