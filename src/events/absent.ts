/**
 * What counts as not being there (semantics §1): missing, `null`, `""`, Falco's `<NA>`, an empty list, a list of nothing
 * else. Zero and `false` are values; so is an empty map.
 */
export function isAbsent(value: unknown): boolean {
  switch (typeof value) {
    case "undefined":
      return true;
    case "string":
      return value === "" || value === "<NA>";
    case "object":
      return value === null || (Array.isArray(value) && value.every(isAbsent));
    default:
      return false;
  }
}
