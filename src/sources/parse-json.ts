/**
 * Bytes of a raw record → JSON, without losing digits.
 *
 * `JSON.parse` rounds integers beyond 2^53 (Falco's and Tracee's nanoseconds have 19 digits). Such an integer is kept as
 * text: it is put in quotes before parsing. Text without a run of 16 digits, which is most of it, goes straight through.
 */
import { InvalidMessage } from "../errors.ts";
import type { JsonValue } from "../events/security-event.ts";
import { boundedJson } from "./bounded-json.ts";
import { boundedText, isWithinBounds } from "./bounded-text.ts";
import { endOfString } from "./json-scan.ts";

/** As many digits may be more than a number keeps. */
const many = 16;
/** An integer where a value ends; not a fraction, an exponent or a part of either. */
const longInteger = /(?<![\d.eE+-])-?\d{16,}(?=\s*(?:[,\]}]|$))/g;

/**
 * The same behind a key that ends in a letter: there the quote before the colon ends a text, since one that begins would
 * follow a letter in no JSON. So this lies outside of strings without looking for where they begin.
 */
const longMember = /(?<=\w":)-?\d{16,}(?=[,}])/g;
/** Such digits, but for those that stand in quotes by themselves. */
const longOutside = /(?<![\d"]|"-)\d{16}/;

/** Within the bounds of bounded-json.ts. Throws InvalidMessage `not-json` or `too-deep`. */
export function parseJson(value: Buffer): JsonValue {
  try {
    return parse(value.toString("utf8"));
  } catch (cause) {
    if (cause instanceof InvalidMessage) throw cause;
    throw new InvalidMessage("not-json", "Cannot read record: value must be JSON or registered Avro", {
      cause,
    });
  }
}

/** JSON inside of text; undefined: it is none, or one so deep that walking it could end the program. */
export function parseText(text: string): JsonValue | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** Throws SyntaxError or InvalidMessage. */
function parse(text: string): JsonValue {
  const bounded = boundedText(text);
  const value = JSON.parse(hasManyDigits(bounded) ? quoteLongIntegers(bounded) : bounded) as JsonValue;
  return isWithinBounds(bounded) ? value : boundedJson(value);
}

/** Looks at one letter in so many only, since none of such a run can lie between two. */
function hasManyDigits(text: string): boolean {
  for (let at = many - 1; at < text.length; at += many) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let from = at;
    while (isDigit(text.charCodeAt(from - 1))) from -= 1;
    let to = at + 1;
    while (to - from < many && isDigit(text.charCodeAt(to))) to += 1;
    if (to - from >= many) return true;
  }
  return false;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Only what lies outside of strings is changed; a text that is not JSON comes out as not JSON. */
function quoteLongIntegers(text: string): string {
  const usual = text.replace(longMember, quoteUnsafe);
  return longOutside.test(usual) ? quoteWherever(usual) : usual;
}

function quoteWherever(text: string): string {
  let result = "";
  let copied = 0;
  let from = 0;
  while (from < text.length) {
    const quote = text.indexOf('"', from);
    const open = quote < 0 ? text.length : quote;
    if (open - from >= 16) {
      result += text.slice(copied, from) + text.slice(from, open).replace(longInteger, quoteUnsafe);
      copied = open;
    }
    from = endOfString(text, open);
  }
  return result + text.slice(copied);
}

function quoteUnsafe(digits: string): string {
  // `-0012…` is no JSON number and must stay none.
  const isNumber = /^-?[1-9]/.test(digits);
  return isNumber && !Number.isSafeInteger(Number(digits)) ? `"${digits}"` : digits;
}
