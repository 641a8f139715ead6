import { dimensionWords, isDimensionWord } from "./dimensions.ts";
import { compilePath } from "./field-path.ts";
import type { SecurityEvent } from "./security-event.ts";
import { singleText } from "./single-text.ts";

/**
 * Which group an event belongs to, and the key of that group: `container=057dc8d712ab`, `user=ann&details.src.host=h1`,
 * `*` for the one global group. The key is injective (two groups never share one), readable, and carries its dimension:
 * it is the key of Kafka records and of state, so every reader must build it alike.
 */
export interface Group {
  readonly key: string;
  /** By the word or path as the rule writes it, as alerts show it. */
  readonly values: Readonly<Record<string, string>>;
}

/** A compiled `group_by`. */
export interface GroupOf {
  /** The key without its values: `container`, `user&details.src.host`, `*`. */
  readonly dimension: string;
  readonly fields: readonly string[];
  /** The event's group; undefined where a group field is absent: the event takes no part. */
  of(event: SecurityEvent): Group | undefined;
  /** The key of the group with these values. */
  keyOf(values: Readonly<Record<string, string>>): string;
}

/** A field of a group under the name that alerts show. */
export interface NamedField {
  readonly name: string;
  textOf(event: SecurityEvent): string | undefined;
}

const globalKey = "*";
const globalGroup: Group = Object.freeze({ key: globalKey, values: Object.freeze({}) });

/** Compiles `group_by`: dimension words (see dimensions.ts) and field paths. The order of fields is part of the key. */
export function compileGroup(groupBy: readonly string[]): GroupOf {
  return groupOf(groupBy.map((field) => ({ field, name: encodeName(field), textOf: compileField(field) })));
}

/**
 * Compiles a group whose fields the caller reads himself. Its names are no dimension words: what is named `user` here is
 * another dimension than the word, and is written otherwise in keys.
 */
export function compileNamedGroup(fields: readonly NamedField[]): GroupOf {
  return groupOf(fields.map(({ name, textOf }) => ({ field: name, name: encodePathName(name), textOf })));
}

interface Member {
  readonly field: string;
  /** As keys have it. */
  readonly name: string;
  readonly textOf: FieldText;
}

function groupOf(members: readonly Member[]): GroupOf {
  const global = members.length === 0;
  return Object.freeze({
    dimension: global ? globalKey : members.map(({ name }) => name).join("&"),
    fields: Object.freeze(members.map(({ field }) => field)),
    of: compileOf(members),
    keyOf: (values: Readonly<Record<string, string>>) =>
      global
        ? globalKey
        : members.map(({ field, name }) => `${name}=${encode(values[field] ?? "")}`).join("&"),
  });
}

function compileOf(members: readonly Member[]): GroupOf["of"] {
  const [first] = members;
  if (first === undefined) return () => globalGroup;
  if (members.length === 1) {
    const { field, name, textOf } = first;
    return (event) => {
      const text = textOf(event);
      return text === undefined ? undefined : { key: `${name}=${encode(text)}`, values: { [field]: text } };
    };
  }
  return (event) => {
    let key = "";
    const values: [string, string][] = [];
    for (const { field, name, textOf } of members) {
      const text = textOf(event);
      if (text === undefined) return undefined;
      key += `${key === "" ? "" : "&"}${name}=${encode(text)}`;
      values.push([field, text]);
    }
    return { key, values: Object.fromEntries(values) };
  };
}

/** From a key back to the dimension it belongs to. */
export function dimensionOf(key: string): string {
  return key
    .split("&")
    .map((part) => part.split("=", 1)[0])
    .join("&");
}

/** What the primary record of an event is keyed by: the first entity it knows, else `event=<id>`. */
const entities = ["container", "pod", "workload", "node", "namespace", "user", "image"] as const;

export function primaryKey(event: SecurityEvent): string {
  for (const word of entities) {
    const value = dimensionWords[word](event);
    if (value !== undefined) return `${word}=${encode(value)}`;
  }
  return `event=${encode(event.id)}`;
}

type FieldText = (event: SecurityEvent) => string | undefined;

function compileField(field: string): FieldText {
  if (isDimensionWord(field)) return dimensionWords[field];
  const look = compilePath(field);
  return (event) => singleText(look(event));
}

/** `event` and `*` have a meaning of their own as keys, so a field of that name is written otherwise. */
function encodeName(name: string): string {
  if (name === "event") return "%65vent";
  return encode(name).replaceAll("*", "%2A");
}

/** `%75ser`: the path, not the word. */
function encodePathName(name: string): string {
  if (!isDimensionWord(name)) return encodeName(name);
  return `%${name.charCodeAt(0).toString(16).toUpperCase()}${name.slice(1)}`;
}

// What separates, what escapes, what cannot be read, and halves of surrogate pairs, which UTF-8 cannot carry apart.
const special = /[%=&\p{Cc}\p{Cs}]/u;
const allSpecial = new RegExp(special, "gu");

function encode(text: string): string {
  return !isPlain(text) && special.test(text) ? text.replace(allSpecial, escapeCharacter) : text;
}

/** Most texts are printable ASCII: seen so, they need not be looked through by the expression. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === 0x25 || code === 0x26 || code === 0x3d) return false;
  }
  return true;
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16).toUpperCase();
  // `%uD800`: `u` is no hex digit, so this never meets a two-digit escape.
  return code > 0xff ? `%u${hex}` : `%${hex.padStart(2, "0")}`;
}
