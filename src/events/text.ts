import { isAbsent } from "./absent.ts";
import type { JsonValue } from "./security-event.ts";

/**
 * The one text of a scalar for groups, distinct counts and joins: `22`, `22.0` and `"22"` are the same value, case is
 * kept. Text stays as it is: `"022"` is not `"22"`, for much that looks like a number is an identifier. Lists, maps and
 * what is absent have none.
 */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return isAbsent(value) ? undefined : value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
