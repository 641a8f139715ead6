/**
 * Which groups want to be looked at, by time. Buckets of one second instead of a sorted structure: a group's time moves
 * with nearly every event, is asked for about once a batch, and windows span a few hundred seconds.
 */
import type { Due, GroupKey } from "../store.ts";

const bucketMs = 1000;

export class DueIndex {
  readonly #at = new Map<GroupKey, number>();
  readonly #buckets = new Map<number, Set<GroupKey>>();

  /** Null takes the group out. */
  set(key: GroupKey, at: number | null): void {
    const before = this.#at.get(key);
    if (before === (at ?? undefined)) return;
    if (before !== undefined) this.#leave(key, before);
    if (at === null) return;
    this.#at.set(key, at);
    const bucket = Math.floor(at / bucketMs);
    const members = this.#buckets.get(bucket);
    if (members) members.add(key);
    else this.#buckets.set(bucket, new Set([key]));
  }

  /** At most `limit` groups strictly before `time` that are wanted, earliest first. */
  before(time: number, limit: number, wanted: (key: GroupKey) => boolean = () => true): readonly Due[] {
    const last = Math.floor(time / bucketMs);
    const buckets = [...this.#buckets.keys()].filter((bucket) => bucket <= last).sort((a, b) => a - b);
    const found: Due[] = [];
    for (const bucket of buckets) {
      if (found.length >= limit) break;
      const due = [...this.#buckets.get(bucket)!].map((key) => ({ key, at: this.#at.get(key)! }));
      for (const each of due.sort(compareDue)) if (each.at < time && wanted(each.key)) found.push(each);
    }
    return found.slice(0, Math.max(0, limit));
  }

  #leave(key: GroupKey, at: number): void {
    this.#at.delete(key);
    const bucket = Math.floor(at / bucketMs);
    const members = this.#buckets.get(bucket);
    members?.delete(key);
    if (members?.size === 0) this.#buckets.delete(bucket);
  }
}

function compareDue(a: Due, b: Due): number {
  if (a.at !== b.at) return a.at - b.at;
  return a.key < b.key ? -1 : 1;
}
