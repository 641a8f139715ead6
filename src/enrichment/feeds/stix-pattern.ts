/**
 * The part of STIX 2.1 patterns that a look-up of single values can answer: `=`, `IN` and `ISSUBSET` joined by OR, inside
 * of one observation and between several. AND is taken only where each part names the same file and one is a hash; all
 * else (NOT, LIKE, MATCHES, FOLLOWEDBY, qualifiers, other objects under AND) is refused rather than flagged too often.
 */
import type { CandidateType } from "./candidate.ts";

export interface Term {
  readonly type: CandidateType;
  readonly value: string;
}

interface Comparison {
  readonly path: string;
  readonly values: readonly string[];
}
/** Alternatives of comparisons that must all hold. */
type Alternatives = readonly (readonly Comparison[])[];

const longestPattern = 65_536;
const mostAlternatives = 5_000;
const deepest = 8;
const token =
  /\s*(?:(\[|\]|\(|\)|,|!=|<=|>=|=|<|>)|'((?:[^'\\]|\\.)*)'|([A-Za-z0-9_-]+:[A-Za-z0-9_.'\-[\]*]*[A-Za-z0-9_'\]])|([A-Za-z]+)|(-?\d+(?:\.\d+)?))/y;

type Token = { readonly text: string; readonly kind: "sign" | "text" | "path" | "word" | "number" };

class Unsupported extends Error {}

/** Reason (a word) when the pattern asks for more than single values. */
export function stixTerms(pattern: string): readonly Term[] | string {
  try {
    const tokens = tokensOf(pattern);
    return new PatternReader(tokens).alternatives().flatMap(termsOf);
  } catch (error) {
    if (error instanceof Unsupported) return error.message;
    throw error;
  }
}

function tokensOf(pattern: string): readonly Token[] {
  if (pattern.length > longestPattern) throw new Unsupported("pattern-too-long");
  const text = pattern.trimEnd();
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) throw new Unsupported("pattern-not-understood");
    const [, sign, quoted, path, word, number] = match;
    if (sign !== undefined) tokens.push({ text: sign, kind: "sign" });
    else if (quoted !== undefined) tokens.push({ text: quoted.replace(/\\(.)/g, "$1"), kind: "text" });
    else if (path !== undefined) tokens.push({ text: path, kind: "path" });
    else if (word !== undefined) tokens.push({ text: word, kind: "word" });
    else tokens.push({ text: number!, kind: "number" });
  }
  return tokens;
}

class PatternReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  alternatives(): Alternatives {
    const found = [...this.#observation()];
    while (this.#at < this.#tokens.length) {
      if (!this.#skip("OR")) throw new Unsupported("pattern-over-several-observations");
      found.push(...this.#observation());
    }
    return bounded(found);
  }

  #observation(depth = 0): Alternatives {
    if (depth > deepest) throw new Unsupported("pattern-not-understood");
    if (this.#skip("(")) {
      const found = [...this.#observation(depth + 1)];
      while (this.#skip("OR")) found.push(...this.#observation(depth + 1));
      if (!this.#skip(")")) throw new Unsupported("pattern-over-several-observations");
      return found;
    }
    this.#expect("[");
    const found = this.#anyOf(0);
    this.#expect("]");
    return found;
  }

  #anyOf(depth: number): Alternatives {
    const found = [...this.#allOf(depth)];
    while (this.#skip("OR")) found.push(...this.#allOf(depth));
    return bounded(found);
  }

  #allOf(depth: number): Alternatives {
    let found = this.#one(depth);
    while (this.#skip("AND")) {
      const more = this.#one(depth);
      found = bounded(found.flatMap((some) => more.map((others) => [...some, ...others])));
    }
    return found;
  }

  #one(depth: number): Alternatives {
    if (depth > deepest) throw new Unsupported("pattern-not-understood");
    if (this.#skip("(")) {
      const found = this.#anyOf(depth + 1);
      this.#expect(")");
      return found;
    }
    const path = this.#next();
    if (path.kind !== "path") throw new Unsupported("pattern-not-understood");
    const operator = this.#next().text.toUpperCase();
    if (operator === "=" || operator === "ISSUBSET") return [[{ path: path.text, values: [this.#value()] }]];
    if (operator !== "IN") throw new Unsupported("pattern-operator");
    this.#expect("(");
    const values = [this.#value()];
    while (this.#skip(",")) values.push(this.#value());
    this.#expect(")");
    return [[{ path: path.text, values }]];
  }

  #value(): string {
    const { text, kind } = this.#next();
    if (kind !== "text" && kind !== "number" && kind !== "word")
      throw new Unsupported("pattern-not-understood");
    return text;
  }

  #next(): Token {
    const next = this.#tokens[this.#at++];
    if (next === undefined) throw new Unsupported("pattern-not-understood");
    return next;
  }

  #skip(text: string): boolean {
    const next = this.#tokens[this.#at];
    if (next === undefined || next.kind === "text" || next.text.toUpperCase() !== text) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#skip(text)) throw new Unsupported("pattern-not-understood");
  }
}

function bounded(found: Alternatives): Alternatives {
  if (found.length > mostAlternatives) throw new Unsupported("pattern-too-long");
  return found;
}

function termsOf(all: readonly Comparison[]): readonly Term[] {
  const terms = all.flatMap(({ path, values }) => {
    const type = typeOf(path);
    return type === null ? [] : values.map((value) => ({ type, value }));
  });
  if (all.length === 1) {
    if (terms.length === 0) throw new Unsupported("type-not-looked-up");
    return terms;
  }
  const hashes = terms.filter(({ type }) => type === "hash");
  if (hashes.length === 0 || !all.every(({ path }) => path.startsWith("file:")))
    throw new Unsupported("pattern-needs-several");
  return hashes;
}

function typeOf(path: string): CandidateType | null {
  switch (path) {
    case "domain-name:value":
      return "domain";
    case "ipv4-addr:value":
    case "ipv6-addr:value":
      return "address";
    case "url:value":
      return "url";
    default:
      return /^file:hashes\.'?(md5|sha-?1|sha-?256)'?$/i.test(path) ? "hash" : null;
  }
}
