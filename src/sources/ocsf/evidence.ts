/**
 * Fields of an OCSF record, at its top or in the evidence of a finding: findings say of whom they speak in `evidences`; of
 * several the first that says it counts.
 */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { listAt, numberOf, textOf, valueAt } from "../fields.ts";

export function evidence(value: JsonMap, ...path: readonly string[]): JsonValue | undefined {
  const direct = valueAt(value, ...path);
  if (direct !== undefined && direct !== null) return direct;
  return listAt(value, "evidences")
    .slice(0, 100)
    .map((each) => valueAt(each, ...path))
    .find((each) => each !== undefined && each !== null);
}

export function firstText(value: JsonMap, ...paths: readonly (readonly string[])[]): string | null {
  return paths.map((path) => textOf(evidence(value, ...path))).find((text) => text !== null) ?? null;
}

export function firstNumber(value: JsonMap, ...paths: readonly (readonly string[])[]): number | null {
  return paths.map((path) => numberOf(evidence(value, ...path))).find((each) => each !== null) ?? null;
}
