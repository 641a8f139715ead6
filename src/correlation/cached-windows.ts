import type { GroupKey } from "../state/store.ts";
import type { GroupWindow } from "./group-window.ts";

/** Kept of the bound when windows are forgotten, so that it is not looked for them again at once. */
const keptByEvict = 7 / 8;
/** Measured means of an entry and of an empty window, bytes. */
const entryBytes = 390;
const groupBytes = 840;

/** The windows held in memory, and what they hold together: who changes one takes it out of the sums while he does. */
export class CachedWindows {
  readonly #groups = new Map<GroupKey, GroupWindow>();
  #entries = 0;
  #open = 0;
  #uses = 0;

  get size(): number {
    return this.#groups.size;
  }

  /** Entries, relevant or only consulted. */
  get entries(): number {
    return this.#entries;
  }

  /** Roughly. */
  get bytes(): number {
    return this.#entries * entryBytes + this.#groups.size * groupBytes;
  }

  get openEpisodes(): number {
    return this.#open;
  }

  has(key: GroupKey): boolean {
    return this.#groups.has(key);
  }

  get(key: GroupKey): GroupWindow | undefined {
    return this.#groups.get(key);
  }

  add(group: GroupWindow): void {
    this.#groups.set(group.key, group);
    this.count(group);
  }

  /** Of one that is counted, or holds nothing. */
  forget({ key }: GroupWindow): void {
    this.#groups.delete(key);
  }

  used(group: GroupWindow): void {
    group.usedAt = this.#uses++;
  }

  /** After a change. */
  count(group: GroupWindow): void {
    this.#entries += group.size;
    this.#open += group.episodes.length;
  }

  /** Before a change. */
  uncount(group: GroupWindow): void {
    this.#entries -= group.size;
    this.#open -= group.episodes.length;
  }

  /** Forgets unchanged windows, least recently used first, when more than `maxEntries` entries and windows are held. */
  evict(maxEntries: number): void {
    if (this.#entries + this.#groups.size <= maxEntries) return;
    const unchanged = [...this.#groups.values()].filter(({ dirty }) => !dirty);
    const kept = Math.ceil(maxEntries * keptByEvict);
    for (const group of unchanged.sort((a, b) => a.usedAt - b.usedAt)) {
      if (this.#entries + this.#groups.size <= kept) break;
      this.forget(group);
      this.uncount(group);
    }
  }
}
