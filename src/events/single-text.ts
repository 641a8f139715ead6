import { isAbsent } from "./absent.ts";
import type { JsonValue } from "./security-event.ts";
import { textOf } from "./text.ts";

/** The text of a group field: a list of one is its element, of more it is absent; what is absent is not counted. */
export function singleText(value: JsonValue | undefined): string | undefined {
  if (!Array.isArray(value)) return textOf(value);
  const present = (value as readonly JsonValue[]).filter((element) => !isAbsent(element));
  return present.length === 1 ? singleText(present[0]) : undefined;
}
