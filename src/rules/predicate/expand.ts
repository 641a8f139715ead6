import { nearest } from "./nearest.ts";

export type Lists = ReadonlyMap<string, readonly string[]>;

const placeholder = /(?<!\\)%([\w.-]+)%/;

/**
 * `%name%` in a value stands for each entry of the named list (Sigma's placeholders), also inside a longer text. Entries
 * are read as values of the rule are: their wildcards count. `\%` is the sign itself.
 */
export function expand(text: string, lists: Lists): readonly string[] | { readonly fault: string } {
  // Odd pieces are names, even ones the text between.
  const pieces = text.split(placeholder);
  if (pieces.length === 1) return { fault: `expand needs a list named in the value, as %${text}%` };
  let texts: readonly string[] = [""];
  for (const [index, piece] of pieces.entries()) {
    const entries = index % 2 === 0 ? [piece.replaceAll("\\%", "%")] : lists.get(piece);
    if (entries === undefined) return { fault: unknownList(piece, [...lists.keys()]) };
    texts = texts.flatMap((begun) => entries.map((entry) => begun + entry));
  }
  return texts;
}

function unknownList(name: string, known: readonly string[]): string {
  const suggestion = nearest(name, known);
  if (suggestion !== undefined) return `"${name}" is no list; did you mean "${suggestion}"?`;
  return `"${name}" is no list; ${known.length === 0 ? "there are none" : `known are ${known.join(", ")}`}`;
}
