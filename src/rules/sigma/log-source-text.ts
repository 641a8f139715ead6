/** A log source in words, and the one that was probably meant. */
import { nearest } from "../predicate/nearest.ts";
import type { LogSource } from "./documents.ts";

/** `category process_creation, product linux`, in this order whatever the document's. */
export function logSourceText({ category, product, service, ...others }: Partial<LogSource>): string {
  const named = Object.entries({ category, product, service, ...others });
  return named.flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${value}`])).join(", ");
}

/** Why rules of this log source cannot be had, and of which they can. */
export function noMapping(found: LogSource, known: readonly LogSource[]): string {
  const meant = known.find((each) => isNear(found, each));
  const there = [...new Set(known.map(logSourceText))].sort((a, b) => (a < b ? -1 : 1));
  const hint =
    meant === undefined
      ? `a file of pipelines/ does; there are ${there.join("; ") || "none"}`
      : `did you mean ${logSourceText(meant)}?`;
  return `no field mapping tells how events of ${logSourceText(found) || "any log source"} look; ${hint}`;
}

/** A slip of the pen in each value at most: `windows` is not meant by who writes `linux`. */
function isNear(found: LogSource, known: LogSource): boolean {
  const keys = new Set([...Object.keys(found), ...Object.keys(known)]);
  return [...keys].every((key) => {
    const [left, right] = [found[key], known[key]];
    return left !== undefined && right !== undefined && nearest(left, [right]) !== undefined;
  });
}
