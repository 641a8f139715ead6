/** A window by the two halves of its key in the store: the name of its rule (see `windowName`), and its group. */
import type { GroupKey } from "../state/store.ts";

export interface WindowPlace {
  readonly name: string;
  /** As in `Group.key`. */
  readonly group: string;
}

export function keyOf({ name, group }: WindowPlace): GroupKey {
  return `${name}:${group}`;
}

export function placeOf(key: GroupKey): WindowPlace {
  const colon = key.indexOf(":");
  return { name: key.slice(0, colon), group: key.slice(colon + 1) };
}
