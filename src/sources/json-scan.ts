/** Finding one's way through JSON text without parsing it: what a text of no JSON gives is of no use, but an end. */

export const [comma, colon, quote, backslash] = [0x2c, 0x3a, 0x22, 0x5c];
export const [openMap, closeMap, openList, closeList] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Index after the closing quote of the string that opens at `open`; the text's length where none closes it. */
export function endOfString(text: string, open: number): number {
  let end = open;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === backslash) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
}

/** 1 where a map or list opens, -1 where one closes. */
export function nesting(code: number): 1 | 0 | -1 {
  if (code === openMap || code === openList) return 1;
  return code === closeMap || code === closeList ? -1 : 0;
}

/** Index of the comma or bracket behind the value that begins at `at` or after a colon there. */
export function endOfValue(text: string, at: number): number {
  return passOver(text, at, 0).end;
}

/** Index of the bracket that closes the list or map in which `at` lies, and how many commas of its own stand before. */
export function endOfContainer(text: string, at: number): { readonly end: number; readonly commas: number } {
  return passOver(text, at, Number.POSITIVE_INFINITY);
}

function passOver(text: string, from: number, mostCommas: number): { end: number; commas: number } {
  let depth = 0;
  let commas = 0;
  let end = from;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === quote) {
      end = endOfString(text, end);
      continue;
    }
    depth += nesting(code);
    if (depth < 0) break;
    if (depth === 0 && code === comma) {
      if (commas === mostCommas) break;
      commas += 1;
    }
    end += 1;
  }
  return { end, commas };
}

/** Index of the first letter from `at` on that is no space. */
export function afterSpace(text: string, at: number): number {
  let index = at;
  while (isSpace(text.charCodeAt(index))) index += 1;
  return index;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
