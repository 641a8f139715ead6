/**
 * Which formats a map may be of, by its outermost keys: most formats need one of a few keys, so that a record is tested
 * for those only whose key it has. Without this a record is tested for every format there is.
 */
import type { JsonMap } from "../events/security-event.ts";

/** What an index may rely on. */
export interface Keyed {
  /** Outermost keys without any of which a map is not of this format; absent: the format is always tested for. */
  readonly keys?: readonly string[];
}

/** As many formats have a bit in a number; those behind them are always tested for. */
const most = 30;

/** From a map to the formats that it may be of, in the order given. */
export function byKeys<Format extends Keyed>(
  formats: readonly Format[],
): (map: JsonMap) => readonly Format[] {
  const bits = new Map<string, number>();
  let always = 0;
  for (const [index, { keys }] of formats.slice(0, most).entries()) {
    if (keys === undefined) always |= 1 << index;
    for (const key of keys ?? []) bits.set(key, (bits.get(key) ?? 0) | (1 << index));
  }
  const lists = new Map<number, readonly Format[]>();
  const listOf = (found: number): readonly Format[] =>
    formats.filter((_, index) => index >= most || (found & (1 << index)) !== 0);
  return (map) => {
    let found = always;
    for (const key in map) found |= bits.get(key) ?? 0;
    let list = lists.get(found);
    if (list === undefined) {
      list = listOf(found);
      // Which keys come together is the senders' choice.
      if (lists.size < 1_024) lists.set(found, list);
    }
    return list;
  };
}
