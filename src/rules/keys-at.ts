/** The keys that a zod schema knows at a place of the value it checks, for messages about keys it does not know. */
import type { z } from "zod";

/** What the classes of zod keep inside, as far as it is walked here. */
interface Inside {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly valueType?: z.ZodType;
}

/** Of a union those of all its alternatives; of what has no keys none. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const inside = (schema as unknown as { readonly def: Inside }).def;
  const { shape, element, innerType, options, valueType } = inside;
  if (innerType !== undefined) return keysAt(innerType, path);
  if (options !== undefined) return [...new Set(options.flatMap((option) => keysAt(option, path)))];
  const [key, ...rest] = path;
  if (key === undefined) return shape === undefined ? [] : Object.keys(shape);
  const next = shape?.[String(key)] ?? element ?? valueType;
  return next === undefined ? [] : keysAt(next, rest);
}
