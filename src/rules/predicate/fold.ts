/**
 * Takes case away, for comparing. Lower case, with the final sigma like any other: it is the one letter whose lower case
 * depends on its neighbours, so that a part of a text would not be found in the whole.
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  return lower.includes("ς") ? lower.replaceAll("ς", "σ") : lower;
}
