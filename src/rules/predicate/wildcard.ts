/**
 * Sigma's strings: `*` is any text, also none; `?` is one character; `\` takes the meaning from `*`, `?` and `\` and is
 * itself before anything else (Sigma rules specification, "Escaping"; as pySigma parses it).
 *
 * | written | means |
 * |---|---|
 * | `a\*b` | the star itself |
 * | `a\\*` | a backslash, then any text |
 * | `a\\\*` | a backslash, then a star |
 * | `C:\Users` | a backslash: nothing special follows |
 */
export const anyText = Symbol("*");
export const anyCharacter = Symbol("?");
export type Pattern = readonly (string | typeof anyText | typeof anyCharacter)[];
export type TextTest = (text: string) => boolean;

export function parsePattern(text: string): Pattern {
  const tokens: (string | symbol)[] = [];
  let literal = "";
  for (let index = 0; index < text.length; index++) {
    const character = text[index] as string;
    const next = text[index + 1];
    if (character === "\\" && (next === "*" || next === "?" || next === "\\")) {
      literal += next;
      index++;
    } else if (character === "*" || character === "?") {
      tokens.push(literal, character === "*" ? anyText : anyCharacter);
      literal = "";
    } else {
      literal += character;
    }
  }
  return tidy([...tokens, literal] as Pattern);
}

/** Joins patterns: literal texts that meet become one, empty ones go, a star after a star says nothing. */
export function joinPatterns(...patterns: readonly Pattern[]): Pattern {
  return tidy(patterns.flat());
}

function tidy(pattern: Pattern): Pattern {
  const tidied: Pattern[number][] = [];
  for (const token of pattern) {
    const last = tidied.at(-1);
    if (token === "" || (token === anyText && last === anyText)) continue;
    if (typeof token === "string" && typeof last === "string") tidied[tidied.length - 1] = last + token;
    else tidied.push(token);
  }
  return tidied;
}

/** The one text that a pattern without wildcards stands for. */
export function literalOf(pattern: Pattern): string | undefined {
  if (pattern.length === 0) return "";
  return pattern.length === 1 && typeof pattern[0] === "string" ? pattern[0] : undefined;
}

/** Whether a whole text is what the pattern describes. Case is the caller's affair: both sides folded, or neither. */
export function matchPattern(pattern: Pattern): TextTest {
  const literal = literalOf(pattern);
  if (literal !== undefined) return (text) => text === literal;
  return pattern.includes(anyCharacter) ? matchTokens(pattern) : matchParts(pattern);
}

/** Stars alone: a beginning, an end, and texts between in this order; the leftmost place of each is the best. */
function matchParts(pattern: Pattern): TextTest {
  const texts = pattern.filter((token) => typeof token === "string");
  const start = typeof pattern[0] === "string" ? (texts.shift() as string) : "";
  const end = typeof pattern.at(-1) === "string" ? (texts.pop() as string) : "";
  const [only] = texts;
  if (start === "" && end === "" && texts.length === 1) return (text) => text.includes(only as string);
  if (texts.length === 0 && end === "") return (text) => text.startsWith(start);
  if (texts.length === 0 && start === "") return (text) => text.endsWith(end);
  return (text) => {
    const limit = text.length - end.length;
    if (limit < start.length || !text.startsWith(start) || !text.endsWith(end)) return false;
    let from = start.length;
    for (const part of texts) {
      const at = text.indexOf(part, from);
      if (at < 0) return false;
      from = at + part.length;
      if (from > limit) return false;
    }
    return true;
  };
}

/** The general case, by going back to the last star only: at worst text × pattern steps. */
function matchTokens(pattern: Pattern): TextTest {
  const steps = pattern.flatMap<string | symbol>((token) =>
    typeof token === "string" ? token.split("") : [token],
  );
  return (text) => {
    let at = 0;
    let step = 0;
    let star = -1;
    let starAt = 0;
    while (at < text.length) {
      const wanted = steps[step];
      if (wanted === anyText) {
        star = ++step;
        starAt = at;
      } else if (wanted === anyCharacter) {
        at += text.codePointAt(at)! > 0xffff ? 2 : 1;
        step++;
      } else if (wanted === text[at]) {
        at++;
        step++;
      } else if (star >= 0) {
        starAt += text.codePointAt(starAt)! > 0xffff ? 2 : 1;
        at = starAt;
        step = star;
      } else {
        return false;
      }
    }
    while (steps[step] === anyText) step++;
    return step === steps.length;
  };
}
