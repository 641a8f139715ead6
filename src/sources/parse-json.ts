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
  const value = JSON.parse(quoteLongIntegers(bounded)) as JsonValue;
  return isWithinBounds(bounded) ? value : boundedJson(value);
}

/**
 * Only what lies outside of strings is changed; a text that is not JSON comes out as not JSON. Nearly all such integers are
 * members of maps, so that strings need not be told from what is around them (see `isMember`).
 */
function quoteLongIntegers(text: string): string {
  let result = "";
  let copied = 0;
  for (let digits = nextRun(text, 0); digits >= 0; ) {
    const from = text[digits - 1] === "-" ? digits - 1 : digits;
    let to = digits + many;
    while (isDigit(text.charCodeAt(to))) to += 1;
    // Behind a quote they are text.
    if (text[from - 1] !== '"') {
      if (!isMember(text, from, to)) return quoteWherever(text);
      result += text.slice(copied, from) + quoteUnsafe(text.slice(from, to));
      copied = to;
    }
    digits = nextRun(text, to);
  }
  return copied === 0 ? text : result + text.slice(copied);
}

/**
 * Where the next run of so many digits begins; -1: there is none. `from`: not within one. Looks at one letter in so many
 * only, since none of such a run can lie between two.
 */
function nextRun(text: string, from: number): number {
  for (let at = from + many - 1; at < text.length; at += many) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let start = at;
    while (start > from && isDigit(text.charCodeAt(start - 1))) start -= 1;
    let end = at + 1;
    while (end - start < many && isDigit(text.charCodeAt(end))) end += 1;
    if (end - start >= many) return start;
  }
  return -1;
}

/**
 * Whether an integer is the value of a key that ends in a letter: there the quote before the colon ends a text, since one
 * that begins would follow a letter in no JSON. So this lies outside of strings without looking for where they begin.
 */
function isMember(text: string, from: number, to: number): boolean {
  let before = from - 1;
  while (isSpace(text.charCodeAt(before))) before -= 1;
  let next = to;
  while (isSpace(text.charCodeAt(next))) next += 1;
  return (
    text[before] === ":" &&
    text[before - 1] === '"' &&
    isWordLetter(text.charCodeAt(before - 2)) &&
    (text[next] === "," || text[next] === "}")
  );
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** As JSON has it between values. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** As `\w`. */
function isWordLetter(code: number): boolean {
  return isDigit(code) || code === 0x5f || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);
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
