/**
 * How many groups of each rule are live in one partition, and which go first where a rule has more than its share.
 *
 * Groups are made by what events say, and events are in an attacker's hands: a flood of keys must neither fill the store
 * nor push everybody else out. Above the cap, groups of the source (the sensor's node) that holds most go first, oldest
 * first; one that has come further than a single event, or than when it was passed over last, gets another round. Who
 * holds what is followed only from half of the cap on: groups of before stay while there are others, then the store is
 * asked for those that expire first.
 */
import { compilePath } from "../events/field-path.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import { textOf } from "../events/text.ts";
import { OldestFirst } from "../oldest-first.ts";
import { windowNameOf } from "../rules/rule-set.ts";
import type { GroupKey } from "../state/store.ts";
import { keyOf, type WindowPlace } from "./window-key.ts";

/** Live groups of one rule above the cap. */
export interface Excess {
  readonly windowName: string;
  readonly groups: number;
}

/** A group that may go. */
export interface Candidate {
  readonly key: GroupKey;
  readonly source: string;
  /** How far it had come when it was spared last; at the least 1, one event. */
  readonly spared: number;
}

/** Groups of rules whose sources are followed. */
interface Followed {
  /** By source, oldest first, with what they had come to when they were spared last. */
  readonly bySource: Map<string, OldestFirst<GroupKey, number>>;
  readonly sourceOf: Map<GroupKey, string>;
}

const noExcess: readonly Excess[] = [];
/** Sources told apart; a flood may make those up, too. */
const maxSources = 256;
const otherSources = "others";
/** Source of groups that were there before this process followed them. */
export const earlierGroups = "before";

export class LiveGroups {
  /** Live groups of one rule in this partition, at most. */
  readonly cap: number;
  readonly #counts: Map<string, number>;
  readonly #changed = new Set<string>();
  readonly #followed = new Map<string, Followed>();
  readonly #over = new Set<string>();
  #total = 0;

  constructor(cap: number, counts: ReadonlyMap<string, number> = new Map()) {
    this.cap = cap;
    this.#counts = new Map(counts);
    for (const [name, count] of counts) {
      this.#total += count;
      if (count > cap) this.#over.add(name);
    }
  }

  /** Over all rules. */
  get total(): number {
    return this.#total;
  }

  count(windowName: string): number {
    return this.#counts.get(windowName) ?? 0;
  }

  /** `event`: the one that made the group; absent: nobody knows. */
  came(place: WindowPlace, event?: SecurityEvent): void {
    const { name } = place;
    const count = this.count(name) + 1;
    this.#set(name, count);
    if (count * 2 <= this.cap) return;
    this.#follow(name, keyOf(place), event === undefined ? earlierGroups : sourceOf(event), 1);
  }

  went(place: WindowPlace): void {
    const { name } = place;
    this.#set(name, Math.max(0, this.count(name) - 1));
    if (this.#followed.has(name)) this.#unfollow(name, keyOf(place));
  }

  /** Rules with more live groups than the cap. */
  excess(): readonly Excess[] {
    if (this.#over.size === 0) return noExcess;
    return [...this.#over].map((windowName) => ({ windowName, groups: this.count(windowName) - this.cap }));
  }

  /** Groups of the rule that go first, at most so many; each is taken out of the line. Empty: the line is. */
  take(windowName: string, most: number): readonly Candidate[] {
    const followed = this.#followed.get(windowName);
    const taken: Candidate[] = [];
    while (followed !== undefined && taken.length < most) {
      const source = largest(followed.bySource);
      if (source === undefined) break;
      const line = followed.bySource.get(source)!;
      const [key, spared] = line.take()!;
      if (line.size === 0) followed.bySource.delete(source);
      followed.sourceOf.delete(key);
      taken.push({ key, source, spared });
    }
    return taken;
  }

  /** Puts a group at the end of its source's line: it may go in the next round if it has come no further by then. */
  spare({ key, source }: Candidate, reached: number): void {
    this.#follow(windowNameOf(key), key, source, reached);
  }

  /** Puts groups that the store tells of into the line. */
  remember(keys: Iterable<GroupKey>): void {
    for (const key of keys) this.#follow(windowNameOf(key), key, earlierGroups, 1);
  }

  /** Counts that have changed since this was last asked, by window name; zero: there are none any more. */
  takeChanges(): ReadonlyMap<string, number> {
    const changes = new Map([...this.#changed].map((name) => [name, this.count(name)]));
    this.#changed.clear();
    return changes;
  }

  #set(name: string, count: number): void {
    this.#changed.add(name);
    this.#total += count - this.count(name);
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
    if (count > this.cap) this.#over.add(name);
    else this.#over.delete(name);
    if (count * 4 < this.cap) this.#followed.delete(name);
  }

  #follow(name: string, key: GroupKey, source: string, spared: number): void {
    let followed = this.#followed.get(name);
    if (followed === undefined) {
      followed = { bySource: new Map(), sourceOf: new Map() };
      this.#followed.set(name, followed);
    }
    const { bySource, sourceOf } = followed;
    if (sourceOf.has(key)) return;
    const known = bySource.has(source) || bySource.size < maxSources ? source : otherSources;
    let line = bySource.get(known);
    if (line === undefined) {
      line = new OldestFirst();
      bySource.set(known, line);
    }
    line.set(key, spared);
    sourceOf.set(key, known);
  }

  #unfollow(name: string, key: GroupKey): void {
    const followed = this.#followed.get(name);
    const source = followed?.sourceOf.get(key);
    if (followed === undefined || source === undefined) return;
    followed.sourceOf.delete(key);
    const line = followed.bySource.get(source)!;
    line.delete(key);
    if (line.size === 0) followed.bySource.delete(source);
  }
}

/** The source with most groups. */
function largest(bySource: Followed["bySource"]): string | undefined {
  let most = 0;
  let name: string | undefined;
  for (const [source, { size }] of bySource) {
    if (size > most) {
      most = size;
      name = source;
    }
  }
  return name;
}

const [cluster, node] = ["cluster", "node"].map(compilePath);

/** Who tells of an event: the node that its sensor runs on, or, where it names none, the sensor's kind. */
export function sourceOf(event: SecurityEvent): string {
  const on = node!(event);
  const name = on === undefined ? undefined : textOf(on);
  if (name === undefined) return event.source;
  const inCluster = cluster!(event);
  return inCluster === undefined ? name : `${textOf(inCluster) ?? ""}/${name}`;
}
