import { isAbsent } from "../../events/absent.ts";
import type { JsonValue } from "../../events/security-event.ts";
import type { ScalarTest } from "./elements.ts";

/** Whether a text or number somewhere inside the value passes, at any depth; keys are not looked at. */
export function someLeaf(value: JsonValue, test: ScalarTest): boolean {
  switch (typeof value) {
    case "string":
      return !isAbsent(value) && test(value);
    case "number":
      return test(value);
    case "boolean":
      return false;
    default:
      return value !== null && Object.values(value).some((inner) => someLeaf(inner, test));
  }
}
