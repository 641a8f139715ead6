/**
 * Text that came with events, made harmless for a terminal and for who reads there: control characters (ANSI sequences
 * begin with one), characters that turn the direction of writing or are not seen, and lone surrogates become `\uXXXX`.
 * Inside of JSON strings that means the same. Text made safe once stays as it is.
 */

/** Escapes all of them but newline and tab. */
export function safeText(text: string): string {
  return text.replace(unsafe, escaped);
}

/** Escapes newline and tab too: what is to be one line stays one. */
export function safeLine(text: string): string {
  return text.replace(unsafeInLine, escaped);
}

/** At most `length` characters on one line, and a mark of how many there were. */
export function shortSafeText(text: string, length: number): string {
  if (text.length <= length) return safeLine(text);
  return `${safeLine(text.slice(0, length).replace(/[\ud800-\udbff]$/, ""))}… (${text.length} characters)`;
}

/** Control, format (directional, zero-width, tags), lone surrogates, separators of lines and paragraphs. */
const unsafeInLine = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const unsafe = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    const unit = character.charCodeAt(at);
    return `\\u${unit.toString(16).padStart(4, "0")}`;
  }).join("");
}
