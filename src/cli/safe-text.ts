/**
 * Text of events for a terminal or a log. Whoever is attacked from writes it: control characters could move the cursor
 * or close a line, ANSI sequences colour or hide, bidirectional and invisible ones let it read as something else. All of
 * them become `\uXXXX`, which is also what JSON calls them: JSON text stays JSON, of the same meaning.
 */

/** Control, format (bidirectional, zero-width, tags), lone surrogates, separators of lines and paragraphs. */
const harmful = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export function safeText(text: string): string {
  return text.replace(harmful, (found) =>
    [...Array(found.length).keys()]
      .map((index) => `\\u${found.charCodeAt(index).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

/** At most `length` characters and a mark of how many there were. */
export function shortSafeText(text: string, length: number): string {
  if (text.length <= length) return safeText(text);
  return `${safeText(text.slice(0, length).replace(/[\ud800-\udbff]$/, ""))}… (${text.length} characters)`;
}
