import { isAbsent } from "./absent.ts";
import type { JsonMap, JsonValue, SecurityEvent } from "./security-event.ts";

/**
 * Field paths (semantics §1). A path names a top-level field, an explicit place (`details.x`, `enrichment.x`), or is
 * looked up in `details` and, if absent there, in `enrichment`. At each step the longest literal key wins over nesting;
 * if it leads to nothing, the shorter one is tried. Through a list of maps a path yields the values of all elements.
 *
 * All splitting is done here, once; what is returned only looks keys up. Worked example, `a.b.c`:
 * `["a.b.c"]`, then `["a.b"]["c"]`, then `["a"]["b.c"]`, then `["a"]["b"]["c"]`.
 */
export type FieldOf = (event: SecurityEvent) => JsonValue | undefined;
export type Lookup = (map: JsonMap) => JsonValue | undefined;

const topLevel = ["id", "timestamp", "container_id", "type", "severity", "source"] as const;
type TopLevel = (typeof topLevel)[number];

/** Compiles a path. What it returns gives `undefined` for whatever is absent. */
export function compilePath(path: string): FieldOf {
  if (isTopLevel(path)) return (event) => present(event[path]);
  const explicit = /^(details|enrichment)\.(.+)$/s.exec(path);
  if (explicit !== null) {
    const place = explicit[1] as "details" | "enrichment";
    const lookup = compileLookup(explicit[2] as string);
    return (event) => lookup(event[place]);
  }
  const lookup = compileLookup(path);
  return (event) => lookup(event.details) ?? lookup(event.enrichment);
}

/** Whether there is no event without the field, so that looking for it tells nothing. */
export function isInEveryEvent(path: string): boolean {
  return isTopLevel(path) && path !== "container_id";
}

function isTopLevel(path: string): path is TopLevel {
  return (topLevel as readonly string[]).includes(path);
}

/** The same way of looking, in any map. */
export function compileLookup(path: string): Lookup {
  const names = path.split(".");
  // What is left of the path at each name, from the last to the whole: each is compiled once and shared.
  const lookups: Lookup[] = [];
  for (let start = names.length - 1; start >= 0; start--) lookups[start] = compileRest(names, start, lookups);
  return lookups[0] as Lookup;
}

/** One way to go on: a literal key of one or more names, then the rest of the path inside its value. */
interface Split {
  readonly key: string;
  readonly rest: Lookup;
}

function compileRest(names: readonly string[], start: number, lookups: readonly Lookup[]): Lookup {
  const whole = names.slice(start).join(".");
  const splits: Split[] = [];
  for (let end = names.length - 1; end > start; end--) {
    splits.push({ key: names.slice(start, end).join("."), rest: lookups[end] as Lookup });
  }
  if (splits.length === 0) return (map) => own(map, whole);
  return (map) => own(map, whole) ?? followFirst(map, splits);
}

function followFirst(map: JsonMap, splits: readonly Split[]): JsonValue | undefined {
  for (const { key, rest } of splits) {
    const value = own(map, key);
    const found = value === undefined ? undefined : descend(value, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

function descend(value: JsonValue, rest: Lookup): JsonValue | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!Array.isArray(value)) return rest(value as JsonMap);
  const found = (value as readonly JsonValue[]).flatMap((element) => descend(element, rest) ?? []);
  return found.length === 0 ? undefined : found;
}

/** Own properties only: `constructor` is no field of every event. Asking second spares the check where nothing is. */
function own(map: JsonMap, key: string): JsonValue | undefined {
  const value = map[key];
  return value !== undefined && Object.hasOwn(map, key) ? present(value) : undefined;
}

function present(value: JsonValue | undefined): JsonValue | undefined {
  return isAbsent(value) ? undefined : value;
}
