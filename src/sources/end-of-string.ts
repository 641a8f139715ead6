const backslash = 0x5c;

/** Index after the closing quote of the JSON string that opens at `open`; the text's length where none closes it. */
export function endOfString(text: string, open: number): number {
  let quote = open;
  for (;;) {
    quote = text.indexOf('"', quote + 1);
    if (quote < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === backslash) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
}
