import { joinPatterns, literalOf, type Pattern } from "./wildcard.ts";

/**
 * The modifiers that make a value into the forms an event may hold it in (Sigma modifiers appendix; pySigma is the
 * reference). Each gives alternatives, one of which must be found.
 */
export const encodings = [
  "base64",
  "base64offset",
  "utf16",
  "utf16le",
  "utf16be",
  "wide",
  "windash",
] as const;
export type Encoding = (typeof encodings)[number];

/** A pattern; after UTF-16 its characters are bytes, of which base64 makes text again. */
interface Form {
  readonly pattern: Pattern;
  readonly bytes: boolean;
}

/** Applies encodings in the order written, `windash` before all others: in encoded text there are no flags to find. */
export function encode(
  pattern: Pattern,
  chain: readonly Encoding[],
): readonly Pattern[] | { readonly fault: string } {
  let forms: readonly Form[] = [{ pattern, bytes: false }];
  const ordered = chain.toSorted((left, right) => Number(right === "windash") - Number(left === "windash"));
  for (const encoding of ordered) {
    const next: Form[] = [];
    for (const form of forms) {
      const made = encoders[encoding](form);
      if ("fault" in made) return made;
      next.push(...made);
    }
    forms = next;
  }
  if (forms.some(({ pattern, bytes }) => bytes && pattern.some(hasHighByte))) {
    return { fault: "UTF-16 of such a text is not text any more: base64 or base64offset must follow" };
  }
  return forms.map((form) => form.pattern);
}

type Encoder = (form: Form) => readonly Form[] | { readonly fault: string };

const encoders: Readonly<Record<Encoding, Encoder>> = {
  base64: (form) => withBytes(form, (bytes) => [bytes.toString("base64")]),
  base64offset: (form) => withBytes(form, atEachOffset),
  utf16: (form) => [utf16(form, littleEndian, "\xff\xfe")],
  utf16le: (form) => [utf16(form, littleEndian)],
  utf16be: (form) => [utf16(form, (text) => swapBytes(littleEndian(text)))],
  wide: (form) => [utf16(form, littleEndian)],
  windash: ({ pattern, bytes }) => {
    const patterns = windash(pattern);
    return "fault" in patterns ? patterns : patterns.map((one) => ({ pattern: one, bytes }));
  },
};

function withBytes(
  { pattern, bytes }: Form,
  make: (bytes: Buffer) => readonly string[],
): ReturnType<Encoder> {
  const text = literalOf(pattern);
  if (text === undefined) return { fault: "base64 of a text with wildcards has no fixed form: escape them" };
  const made = make(Buffer.from(text, bytes ? "latin1" : "utf8"));
  if (made.includes("")) return { fault: "one byte is too short for base64offset" };
  return made.map((encoded) => ({ pattern: [encoded], bytes: false }));
}

/**
 * Where three bytes become four characters, a text inside a longer one is written in one of three ways. Cut off are the
 * characters that its neighbours have a share in.
 */
function atEachOffset(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const tail = [0, 3, 2][(bytes.length + offset) % 3] as number;
    return encoded.slice([0, 2, 3][offset], encoded.length - tail);
  });
}

function utf16({ pattern }: Form, encodeText: (text: string) => string, mark = ""): Form {
  const encoded = pattern.map((token) => (typeof token === "string" ? encodeText(token) : token));
  return { pattern: joinPatterns([mark], encoded), bytes: true };
}

function littleEndian(text: string): string {
  return Buffer.from(text, "utf16le").toString("latin1");
}

function swapBytes(text: string): string {
  return text.replace(/(.)(.)/gs, "$2$1");
}

function hasHighByte(token: Pattern[number]): boolean {
  return typeof token === "string" && /[^\0-\x7f]/.test(token);
}

const dashes = ["-", "/", "–", "—", "―"] as const;
// As pySigma's `\B[-/]\b`: no word before it and a word after, so the dash of `a-b` stays.
const flagDash = /(?<![\p{L}\p{N}_])[-/](?=[\p{L}\p{N}_])/u;
const mostDashes = 5;

/** All ways of writing a command line's flags: Windows takes any of these dashes. */
function windash(pattern: Pattern): readonly Pattern[] | { readonly fault: string } {
  let patterns: readonly Pattern[] = [[]];
  let count = 0;
  for (const token of pattern) {
    const pieces = typeof token === "string" ? token.split(flagDash) : [];
    count += Math.max(0, pieces.length - 1);
    if (count > mostDashes) return { fault: `windash takes up to ${mostDashes} dashes in one value` };
    const [first] = pieces;
    patterns = patterns.map((begun) => joinPatterns(begun, [first ?? token]));
    for (const piece of pieces.slice(1)) {
      patterns = patterns.flatMap((begun) => dashes.map((dash) => joinPatterns(begun, [dash + piece])));
    }
  }
  return patterns;
}
