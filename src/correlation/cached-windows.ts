import type { GroupKey } from "../state/store.ts";
import type { GroupWindow } from "./group-window.ts";
import { placeOf } from "./window-key.ts";

/** Kept of the bound when windows are forgotten, so that it is not looked for them again at once. */
const keptByEvict = 7 / 8;
/** Measured means of an entry and of an empty window, bytes. */
const entryBytes = 390;
const groupBytes = 400;

/** The windows held in memory, and what they hold together: who changes one takes it out of the sums while he does. */
export class CachedWindows {
  /** By window name, then by group: of an event's windows the second is the same, and made and hashed once. */
  readonly #groups = new Map<string, Map<string, GroupWindow>>();
  #size = 0;
  #entries = 0;
  #open = 0;
  #uses = 0;

  get size(): number {
    return this.#size;
  }

  /** Entries, relevant or only consulted. */
  get entries(): number {
    return this.#entries;
  }

  /** Roughly. */
  get bytes(): number {
    return this.#entries * entryBytes + this.#size * groupBytes;
  }

  get openEpisodes(): number {
    return this.#open;
  }

  has(key: GroupKey): boolean {
    return this.get(key) !== undefined;
  }

  get(key: GroupKey): GroupWindow | undefined {
    const { name, group } = placeOf(key);
    return this.of(name, group);
  }

  of(name: string, group: string): GroupWindow | undefined {
    return this.#groups.get(name)?.get(group);
  }

  add(window: GroupWindow): void {
    const { name, group } = window;
    let groups = this.#groups.get(name);
    if (groups === undefined) {
      groups = new Map();
      this.#groups.set(name, groups);
    }
    if (!groups.has(group)) this.#size += 1;
    groups.set(group, window);
    this.count(window);
  }

  /** Of one that is counted, or holds nothing. */
  forget({ name, group }: GroupWindow): void {
    if (this.#groups.get(name)?.delete(group) === true) this.#size -= 1;
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
    if (this.#entries + this.#size <= maxEntries) return;
    const unchanged = [...this.#groups.values()]
      .flatMap((groups) => [...groups.values()])
      .filter(({ dirty }) => !dirty);
    const kept = Math.ceil(maxEntries * keptByEvict);
    for (const group of unchanged.sort((a, b) => a.usedAt - b.usedAt)) {
      if (this.#entries + this.#size <= kept) break;
      this.forget(group);
      this.uncount(group);
    }
  }
}
