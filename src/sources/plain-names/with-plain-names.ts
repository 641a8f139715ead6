import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { isMap } from "../fields.ts";

/**
 * `details`: the plain names first, so that they stay where fields are cut, then what the producer said under its own.
 * Where it has a map under a plain name (`user`, `file`), the map's fields are kept under dotted keys, which a path
 * `user.name` finds as well.
 */
export function withPlainNames(said: JsonMap, plain: JsonMap): JsonMap {
  const hidden = Object.keys(plain).filter((key) => Object.hasOwn(said, key) && isMap(said[key]));
  return hidden.length === 0
    ? { ...plain, ...said, ...plain }
    : { ...plain, ...opened(said, hidden), ...plain };
}

function opened(said: JsonMap, hidden: readonly string[]): JsonMap {
  const kept = Object.entries(said).flatMap(([key, value]): readonly (readonly [string, JsonValue])[] =>
    hidden.includes(key) && isMap(value)
      ? Object.entries(value).map(([name, each]) => [`${key}.${name}`, each])
      : [[key, value]],
  );
  return Object.fromEntries(kept) as JsonMap;
}
