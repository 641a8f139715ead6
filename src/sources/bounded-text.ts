/**
 * JSON text, bounded before it is parsed: what the engine takes longest for goes first.
 *
 * **Keys.** A megabyte whose keys repeat is parsed in 5 ms; one in which every key is another takes 30 to 90, for each makes
 * a new shape of map. No producer names so many, but who may name labels or the data of a ConfigMap can: that must neither
 * cost so much nor hide the event around it. Beyond the bound a member whose key was not there before is left out, unread,
 * with all it holds; `cutKey` stands for it. Outer and inner keys have a bound each, so that those of the event itself stay
 * whatever its content says.
 *
 * **Depth.** Half a million lists in each other are refused at the 257th, not when all are built.
 */
import type { JsonValue } from "../events/security-event.ts";
import { tooDeep } from "./bounded-json.ts";
import { endOfString } from "./end-of-string.ts";
import { cutKey, maxKeys, maxRecordDepth } from "./limits.ts";

/** As deep lie envelopes, lists of events and the events. */
const outerLevels = 3;
/** Escaped, as a text of one byte a character is parsed twice as fast. */
const mark = `"\\u${cutKey.charCodeAt(0).toString(16)}":"[cut]"`;
/**
 * A map of nothing but the mark. Kept, so that the engine keeps its shape too: when there are thousands of other first
 * keys about, a shape that it has to make anew costs ten times as much, in each of the maps that are cut to this.
 */
export const cutMap: JsonValue = JSON.parse(`{${mark}}`);

/** Of this depth in each of lists and maps, a text has the bound's. */
const deep = maxRecordDepth / 2;
/** Texts below cost little, whatever they hold. */
const short = 16 * 1024;

const [comma, colon, quote] = [0x2c, 0x3a, 0x22];
const [openMap, closeMap, openList, closeList] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * The text itself where nothing has to go. What is no JSON stays none, unless where it is not is left out. Throws
 * InvalidMessage `too-deep`.
 */
export function boundedText(text: string): string {
  if (!hasMany(text, ":", maxKeys) && !hasMany(text, "[", deep) && !hasMany(text, "{", deep)) return text;
  const outer = new Set<string>();
  const inner = new Set<string>();
  let kept = "";
  let copied = 0;
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at);
      const isKey = text.charCodeAt(afterSpace(text, end)) === colon;
      if (!isKey || hasRoom(depth <= outerLevels ? outer : inner, text.slice(at, end))) {
        at = end;
      } else {
        // Neighbours that go have one mark together.
        if (copied === 0 || !isBetween(text, copied, at)) kept += text.slice(copied, at) + mark;
        copied = endOfMember(text, end);
        at = copied;
      }
    } else {
      depth += nesting(code);
      if (depth > maxRecordDepth) throw tooDeep();
      at += 1;
    }
  }
  return copied === 0 ? text : kept + text.slice(copied);
}

/** Most texts have fewer of them, and are looked at no further. */
function hasMany(text: string, letter: string, most: number): boolean {
  if (text.length < short) return false;
  let from = 0;
  for (let found = 0; found <= most; found += 1) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return true;
}

function hasRoom(keys: Set<string>, key: string): boolean {
  if (keys.size >= maxKeys) return keys.has(key);
  keys.add(key);
  return true;
}

/** Index of the comma or bracket behind the value of the key that ends at `at`. */
function endOfMember(text: string, at: number): number {
  let depth = 0;
  let end = at;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === quote) {
      end = endOfString(text, end);
      continue;
    }
    depth += nesting(code);
    if (depth < 0 || (depth === 0 && code === comma)) return end;
    end += 1;
  }
  return end;
}

function nesting(code: number): number {
  if (code === openMap || code === openList) return 1;
  return code === closeMap || code === closeList ? -1 : 0;
}

/** Whether nothing but a comma and space lies there. */
function isBetween(text: string, from: number, to: number): boolean {
  return text.charCodeAt(from) === comma && afterSpace(text, from + 1) === to;
}

function afterSpace(text: string, at: number): number {
  let index = at;
  while (isSpace(text.charCodeAt(index))) index += 1;
  return index;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
