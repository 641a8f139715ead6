/**
 * The types that a setting can have: what is accepted (a zod schema over plain data, from which the JSON Schema comes),
 * how text from a flag or the environment becomes that data, how a value is shown, and what to tell who got it wrong.
 */
import { z } from "zod";
import { durationPattern, formatDuration, parseDuration } from "./duration.ts";
import { maskUrl } from "./mask-secret.ts";

export interface SettingType<T> {
  readonly schema: z.ZodType<T>;
  /** Text to what the schema expects. What it cannot read it returns as it is: the schema then refuses it. */
  readonly fromText: (text: string) => unknown;
  readonly show: (value: T) => string;
  /** What may be shown of one that is a secret. Default: nothing. */
  readonly mask?: (text: string) => string;
  /** Ends the sentence "must be …". */
  readonly allowed: string;
  /** The flag may stand without a value, which means true. */
  readonly bareFlag?: true;
}

const asIs = (text: string): string => text;
const inOrder = (from: string, to: string): string => `from ${from} to ${to}`;

/** A whole number, both ends included. */
export function integer(min: number, max: number): SettingType<number> {
  return {
    schema: z.int().min(min).max(max),
    fromText: (text) => (/^\d+$/.test(text) ? Number(text) : text),
    show: String,
    allowed: `a whole number ${inOrder(String(min), String(max))}`,
  };
}

/** A duration in text, in the program milliseconds. */
export function duration(min: string, max: string): SettingType<number> {
  const [low, high] = [parseDuration(min) ?? 0, parseDuration(max) ?? Number.MAX_SAFE_INTEGER];
  return {
    schema: z
      .string()
      .regex(durationPattern)
      .transform((text) => parseDuration(text) ?? Number.NaN)
      .refine((ms) => ms >= low && ms <= high),
    fromText: asIs,
    show: formatDuration,
    allowed: `a duration ${inOrder(min, max)} such as 250ms, 60s or 10m`,
  };
}

/** A duration or the word `off`, which is null. */
export function durationOrOff(min: string, max: string): SettingType<number | null> {
  const type = duration(min, max);
  return {
    schema: z.union([z.literal("off").transform(() => null), type.schema]),
    fromText: asIs,
    show: (ms) => (ms === null ? "off" : type.show(ms)),
    allowed: `${type.allowed}, or off`,
  };
}

/** Yes or no. */
export function boolean(): SettingType<boolean> {
  const words = new Map([
    ["true", true],
    ["false", false],
  ]);
  return {
    schema: z.boolean(),
    fromText: (text) => words.get(text) ?? text,
    show: String,
    allowed: "true or false",
    bareFlag: true,
  };
}

/** One word of a few. */
export function choice<const T extends string>(...words: readonly [T, ...T[]]): SettingType<T> {
  return { schema: z.enum(words), fromText: asIs, show: asIs, allowed: `one of ${words.join(", ")}` };
}

/** One or more of a few words, each once, in the order given. */
export function choices<const T extends string>(...words: readonly [T, ...T[]]): SettingType<readonly T[]> {
  return {
    ...list(z.enum(words), `one or more of ${words.join(", ")}`),
    schema: z
      .array(z.enum(words))
      .min(1)
      .transform((chosen) => [...new Set(chosen)]),
  };
}

/** Some of a few words, each once, in the order given, or none of them (an empty list in the YAML file). */
export function optionalChoices<const T extends string>(
  ...words: readonly [T, ...T[]]
): SettingType<readonly T[]> {
  return {
    ...list(z.enum(words), `some of ${words.join(", ")}, in any order`),
    schema: z.array(z.enum(words)).transform((chosen) => [...new Set(chosen)]),
  };
}

/** Text of a pattern. */
export function text(pattern: RegExp, allowed: string): SettingType<string> {
  return { schema: z.string().regex(pattern), fromText: asIs, show: asIs, allowed };
}

/** Text in one line, or null when it is not given. */
export function optionalText(): SettingType<string | null> {
  return {
    schema: z
      .string()
      .regex(/^[^\r\n\0]{1,4096}$/)
      .nullable(),
    fromText: asIs,
    show: (value) => value ?? "unset",
    allowed: "text in one line",
  };
}

/** One or more texts of a pattern, comma-separated in flags and environment. */
export function textList(pattern: RegExp, allowed: string): SettingType<readonly string[]> {
  return list(z.string().regex(pattern), allowed);
}

/** Texts of a pattern, or none; comma-separated in flags and environment. */
export function optionalTextList(pattern: RegExp, allowed: string): SettingType<readonly string[]> {
  return { ...list(z.string().regex(pattern), allowed), schema: z.array(z.string().regex(pattern)) };
}

/** The URL of a server, or null when it is not used. Credentials may be in it. */
export function optionalUrl(...schemes: readonly string[]): SettingType<string | null> {
  const type = url(...schemes);
  return {
    ...type,
    schema: type.schema.nullable(),
    show: (value) => value ?? "unset",
  };
}

/** The URL of a server. */
export function url(...schemes: readonly string[]): SettingType<string> {
  return {
    schema: z
      .string()
      .regex(new RegExp(`^(${schemes.join("|")})://\\S+$`))
      .refine((value) => URL.canParse(value) && new URL(value).hostname !== ""),
    fromText: asIs,
    show: asIs,
    mask: maskUrl,
    allowed: `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")} and names a host`,
  };
}

/** A map of named things, in the YAML file only. `complete` puts in what is there without being named. */
export function namedMap<T>(
  schema: z.ZodType<T>,
  allowed: string,
  complete: (map: Readonly<Record<string, T>>) => Readonly<Record<string, T>> = (map) => map,
): SettingType<Readonly<Record<string, T>>> {
  return {
    schema: z.record(z.string(), schema).transform(complete),
    fromText: asIs,
    show: (map) => JSON.stringify(map),
    allowed,
  };
}

function list<T extends string>(element: z.ZodType<T>, allowed: string): SettingType<readonly T[]> {
  return {
    schema: z.array(element).min(1),
    fromText: (text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    show: (values) => values.join(","),
    allowed,
  };
}
