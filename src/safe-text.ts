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

/**
 * C1 controls and DEL; Arabic letter mark, zero width and directional marks, line and paragraph separators, embeddings,
 * overrides and isolates, byte order mark, interlinear annotation, tags; surrogates without their other half.
 */
const hidden =
  "\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}\\p{Cs}";
const unsafe = new RegExp(`[\\u0000-\\u0008\\u000b-\\u001f${hidden}]`, "gu");
const unsafeInLine = new RegExp(`[\\u0000-\\u001f${hidden}]`, "gu");

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    const unit = character.charCodeAt(at);
    return `\\u${unit.toString(16).padStart(4, "0")}`;
  }).join("");
}
