/**
 * JSON text, bounded before it is parsed: what the engine takes longest for goes first.
 *
 * **Keys.** A megabyte whose keys repeat is parsed in 5 ms; one in which every key is another takes 30 to 90, for each makes
 * a new shape of map. No producer names so many, but who may name labels or the data of a ConfigMap can: that must neither
 * cost so much nor hide the event around it. Beyond the bound a member whose key was not there before is left out, unread,
 * with all it holds; `cutKey` stands for it. Outer and inner keys have a bound each, so that those of the event itself stay
 * whatever its content says.
 *
 * **Maps and lists.** Half a million of them take 60 ms to build, and as long again in each walk. Those beyond the bound
 * are left out where they lie within events.
 *
 * **Lists.** Of one too long the first items stay, and a text that says how many there were.
 *
 * **Depth.** Half a million lists in each other are refused at the 257th, not when all are built.
 */
import type { JsonValue } from "../events/security-event.ts";
import { tooDeep } from "./bounded-json.ts";
import {
  afterSpace,
  colon,
  comma,
  endOfContainer,
  endOfString,
  endOfValue,
  nesting,
  openList,
  quote,
} from "./json-scan.ts";
import { cutKey, maxContainers, maxKeys, maxListItems, maxRecordDepth } from "./limits.ts";

/** As deep lie envelopes, lists of events and the events. */
const outerLevels = 3;
/** What stands for a map or list that was left out. */
const cutValue = '"[cut]"';
/** Escaped, as a text of one byte a character is parsed twice as fast. */
const mark = `"\\u${cutKey.charCodeAt(0).toString(16)}":${cutValue}`;
/**
 * A map of nothing but the mark. Kept, so that the engine keeps its shape too: when there are thousands of other first
 * keys about, a shape that it has to make anew costs ten times as much, in each of the maps that are cut to this.
 */
export const cutMap: JsonValue = JSON.parse(`{${mark}}`);

/** Of this depth in each of lists and maps, a text has the bound's. */
const deep = maxRecordDepth / 2;
/** Texts below cost little, whatever they hold. */
const short = 16 * 1024;

/**
 * The text itself where nothing has to go. What is no JSON stays none, unless where it is not is left out. Throws
 * InvalidMessage `too-deep`.
 */
export function boundedText(text: string): string {
  if (text.length < short || !(hasMany(text, ":", maxKeys) || mayBeDeep(text))) return text;
  return new Bounding(text).run();
}

/** Whether its JSON keeps to the bounds of bounded-json.ts, which need not look then; true of most texts that are short. */
export function isWithinBounds(text: string): boolean {
  // An item and its comma each.
  return text.length < 2 * maxListItems && !mayBeDeep(text);
}

function mayBeDeep(text: string): boolean {
  return hasMany(text, "[", deep) || hasMany(text, "{", deep);
}

/** Most texts have fewer of them, and are looked at no further. */
function hasMany(text: string, letter: string, most: number): boolean {
  let from = 0;
  for (let found = 0; found <= most; found += 1) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return true;
}

/** One pass over a text. */
class Bounding {
  readonly #text: string;
  readonly #outer = new Set<string>();
  readonly #inner = new Set<string>();
  #depth = 0;
  #containers = 0;
  /** By depth: whether it is a list that is open there, and how many commas it had. */
  readonly #isList = new Uint8Array(maxRecordDepth + 1);
  readonly #commas = new Uint32Array(maxRecordDepth + 1);
  #kept = "";
  /** Up to here the text was kept or left out. */
  #done = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): string {
    for (let at = 0; at < this.#text.length; ) {
      const code = this.#text.charCodeAt(at);
      if (code === quote) at = this.#afterString(at);
      else if (code === comma) at = this.#afterComma(at);
      else {
        const step = nesting(code);
        if (step > 0 && this.#isOneTooMany()) at = this.#afterContainer(at);
        else {
          if (step !== 0) this.#nest(step, code);
          at += 1;
        }
      }
    }
    return this.#done === 0 ? this.#text : this.#kept + this.#text.slice(this.#done);
  }

  #isOneTooMany(): boolean {
    this.#containers += 1;
    return this.#containers > maxContainers && this.#depth >= outerLevels;
  }

  #afterContainer(at: number): number {
    const { end } = endOfContainer(this.#text, at + 1);
    this.#leaveOut(at, end + 1, cutValue);
    return end + 1;
  }

  #nest(step: 1 | -1, code: number): void {
    this.#depth += step;
    if (this.#depth > maxRecordDepth) throw tooDeep();
    if (step < 0) return;
    this.#isList[this.#depth] = code === openList ? 1 : 0;
    this.#commas[this.#depth] = 0;
  }

  #afterString(at: number): number {
    const text = this.#text;
    const end = endOfString(text, at);
    if (text.charCodeAt(afterSpace(text, end)) !== colon) return end;
    if (hasRoom(this.#depth <= outerLevels ? this.#outer : this.#inner, text.slice(at, end))) return end;
    // Neighbours that go have one mark together.
    const isNeighbour =
      this.#done > 0 && text.charCodeAt(this.#done) === comma && afterSpace(text, this.#done + 1) === at;
    this.#leaveOut(at, endOfValue(text, end), isNeighbour ? null : mark);
    return this.#done;
  }

  #afterComma(at: number): number {
    if (this.#depth <= 0 || this.#isList[this.#depth] === 0) return at + 1;
    const items = (this.#commas[this.#depth] ?? 0) + 1;
    this.#commas[this.#depth] = items;
    if (items < maxListItems) return at + 1;
    const { end, commas } = endOfContainer(this.#text, at + 1);
    this.#leaveOut(at, end, `,"[cut from ${items + commas + 1} items]"`);
    return end;
  }

  /** `instead` null: what lies before goes on to be left out. */
  #leaveOut(from: number, to: number, instead: string | null): void {
    if (instead !== null) this.#kept += this.#text.slice(this.#done, from) + instead;
    this.#done = to;
  }
}

function hasRoom(keys: Set<string>, key: string): boolean {
  if (keys.size >= maxKeys) return keys.has(key);
  keys.add(key);
  return true;
}
