/**
 * What is known of containers, pods, services and nodes, in memory: entries of the topic `inventory`, of files, and what
 * events taught, laid over one another.
 *
 * Bounded: above `maxEntries` what was asked for longest ago goes (in a table less than half full nobody keeps
 * count), what only events taught before what feeders know: a flood of made-up names does not push the others out. An
 * entry outlives its container by `ttlMs`, since events come late. An entry read again changes nothing; a late one fills gaps and never undoes what a newer one said.
 */

import { containerKey } from "../events/container-id.ts";
import { OldestFirst } from "../oldest-first.ts";
import {
  containerEntity,
  endOf,
  entityKey,
  factNames,
  type InventoryEntry,
  isEqual,
  over,
  overlaid,
  partsOfKey,
  podEntity,
  recordKey,
} from "./inventory-entry.ts";
import { addressKey } from "./ip-address.ts";

export interface InventoryTableOptions {
  readonly maxEntries: number;
  /** How long an entry outlives its container, milliseconds. */
  readonly ttlMs: number;
  /** What only events taught goes when no event has named it for so long, milliseconds. */
  readonly forgetMs: number;
}

/** What a thing's entries say, and what of it the topic has. */
interface Held {
  /** By feeder, and `learnt`. */
  readonly parts: Map<string, InventoryEntry>;
  /** All parts as one. */
  all: InventoryEntry;
  /** What the topic holds as `learnt`. */
  written: InventoryEntry | null;
}

/** A learnt entry is written again, with no more to say than a newer time or another spelling, after so long. */
const relearnMs = 10 * 60_000;
const learnt = "learnt";
/** Facts by which a container's life goes on: each change of them is news. */
const lifecycleFacts = ["state", "started_at", "ended_at", "restarts", "previous_container"] as const;

export class InventoryTable {
  readonly #options: InventoryTableOptions;
  /** By entity; the one asked for longest ago first. */
  readonly #held = new Map<string, Held>();
  /** Those that only events tell of, likewise. */
  readonly #taught = new OldestFirst<string, true>();
  /** By cluster and id, containers whose learnt part is as the topic has it: asked after with every event. */
  readonly #written = new Map<string, Map<string, InventoryEntry>>();
  readonly #byPod = new Index();
  readonly #byAddress = new Index();
  readonly #byPlace = new Index();
  #newest = Number.NEGATIVE_INFINITY;

  constructor(options: InventoryTableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Takes up a record of the topic, or an entry of a file; null: it is gone. */
  take(key: string, entry: InventoryEntry | null): void {
    const { part, entity } = partsOfKey(key);
    if (entry === null) {
      this.#drop(entity, part);
      return;
    }
    // What the entry says of itself decides where it is found, not its key.
    if (entityKey(entry) !== entity || (part === learnt) !== entry.learnt) return;
    const known = this.#held.get(entity);
    if (part !== learnt) {
      this.#put(entity, part, entry);
      return;
    }
    const before = known?.parts.get(learnt);
    const now = before === undefined || saysTheSame(before, entry) ? entry : overlaid([before, entry]);
    this.#put(entity, learnt, now);
    this.#wrote(entity, saysTheSame(now, entry) ? now : entry);
  }

  /** Takes up what an event taught. Returns the entry that others should be told, with all that events taught so far. */
  learn(entry: InventoryEntry): { readonly key: string; readonly entry: InventoryEntry } | null {
    const entity = entityKey(entry);
    if (entity === null) return null;
    this.#newest = Math.max(this.#newest, entry.updated_at);
    const held = this.#held.get(entity);
    const before = held?.parts.get(learnt);
    if (held !== undefined && before !== undefined && saysNothingNew(before, entry, held.written))
      return null;
    const now = before === undefined ? entry : overlaid([before, entry]);
    this.#put(entity, learnt, now);
    const { written } = this.#held.get(entity)!;
    if (written !== null && !isNews(written, now)) return null;
    this.#wrote(entity, now);
    return { key: recordKey(now, entity), entry: now };
  }

  /**
   * What events taught of a container, where the topic has it too and it need not be written again at `time`; else
   * undefined. Who finds nothing new in an event need not call `learn`.
   */
  learntOf(cluster: string | null, id: string, time: number): InventoryEntry | undefined {
    const written = this.#written.get(cluster ?? "")?.get(id);
    if (written === undefined || time - written.updated_at >= relearnMs) return undefined;
    if (time > this.#newest) this.#newest = time;
    return written;
  }

  container(cluster: string | null, id: string): InventoryEntry | undefined {
    const entity = containerEntity(cluster, id);
    return entity === null ? undefined : this.#find(entity)?.all;
  }

  pod(cluster: string | null, namespace: string, pod: string): InventoryEntry | undefined {
    return this.#find(podEntity(cluster, namespace, pod))?.all;
  }

  /** The containers of a pod that were there at a time; in no particular order. */
  containersOf(
    cluster: string | null,
    namespace: string,
    pod: string,
    time: number,
  ): readonly InventoryEntry[] {
    const entities = this.#byPod.at(podEntity(cluster, namespace, pod));
    return this.#all(entities).filter((entry) => this.#isThere(entry, time));
  }

  /** Who had an address at a time; a pod before its containers, and of two of a kind the one that began last. */
  holderOf(cluster: string | null, address: string, time: number): InventoryEntry | undefined {
    let best: InventoryEntry | undefined;
    for (const entity of this.#byAddress.at(addressEntity(cluster, address))) {
      const entry = this.#held.get(entity)?.all;
      if (entry === undefined || !this.#isThere(entry, time)) continue;
      if (best === undefined || isNearer(entry, best, time)) best = entry;
    }
    return best;
  }

  /** The container of the same name and workload that ended last before a time; in a pod, of the same pod first. */
  predecessorOf(entry: InventoryEntry, time: number): InventoryEntry | undefined {
    const place = placeOf(this.#withPod(entry));
    if (place === null) return undefined;
    const own = entityKey(entry);
    let best: InventoryEntry | undefined;
    for (const entity of this.#byPlace.at(place)) {
      const other = this.#held.get(entity)?.all;
      if (other === undefined || entity === own) continue;
      const end = endOf(other);
      if (end === null || end > time || end + this.#options.ttlMs < time) continue;
      if (best === undefined || isCloser(other, best, entry)) best = other;
    }
    return best;
  }

  /**
   * Lets go what has ended long enough ago and what only events taught of late no more; by the time that events have come
   * to, but no later than `now`. Returns the keys that should be taken out of the topic: feeders take out their own.
   */
  sweep(now: number): readonly string[] {
    const { ttlMs, forgetMs } = this.#options;
    const time = Math.min(now, this.#newest);
    const gone: string[] = [];
    for (const [entity, { parts }] of this.#held) {
      for (const [part, entry] of parts) {
        const end = endOf(entry);
        const over = end !== null && end + ttlMs < time;
        if (part !== learnt ? !over : !over && entry.updated_at + forgetMs >= time) continue;
        if (part === learnt) gone.push(recordKey(entry, entity));
        this.#drop(entity, part);
      }
    }
    return gone;
  }

  /** Whether an entry counts at a time: from before it began (events come late and clocks differ) to its ttl. */
  #isThere(entry: InventoryEntry, time: number): boolean {
    const end = endOf(entry);
    return end === null || time <= end + this.#options.ttlMs;
  }

  #find(entity: string): Held | undefined {
    const held = this.#held.get(entity);
    if (held === undefined || this.#held.size * 2 < this.#options.maxEntries) return held;
    this.#held.delete(entity);
    this.#held.set(entity, held);
    if (this.#taught.has(entity)) this.#taught.set(entity, true);
    return held;
  }

  #all(entities: Iterable<string>): readonly InventoryEntry[] {
    const found: InventoryEntry[] = [];
    for (const entity of entities) {
      const held = this.#held.get(entity);
      if (held !== undefined) found.push(held.all);
    }
    return found;
  }

  #put(entity: string, part: string, entry: InventoryEntry): void {
    const held = this.#held.get(entity);
    if (held === undefined) {
      this.#makeRoom();
      const first: Held = { parts: new Map([[part, entry]]), all: entry, written: null };
      this.#held.set(entity, first);
      this.#sort(entity, first);
      this.#index(entity, entry);
      return;
    }
    held.parts.set(part, entry);
    if (part === learnt) this.#noteWritten(entry, held);
    this.#renew(entity, held);
  }

  #wrote(entity: string, entry: InventoryEntry): void {
    const held = this.#held.get(entity)!;
    held.written = entry;
    this.#noteWritten(entry, held);
  }

  /** `entry`: any of a thing's entries; `held` null: there are none any more that events taught. */
  #noteWritten({ kind, cluster, container_id: id }: InventoryEntry, held: Held | null): void {
    const key = kind === "container" && id ? containerKey(id) : undefined;
    if (key === undefined) return;
    const ofCluster = this.#written.get(cluster ?? "");
    const written = held?.written ?? null;
    if (written === null || held!.parts.get(learnt) !== written) ofCluster?.delete(key);
    else if (ofCluster !== undefined) ofCluster.set(key, written);
    else this.#written.set(cluster ?? "", new Map([[key, written]]));
    if (ofCluster?.size === 0) this.#written.delete(cluster ?? "");
  }

  #drop(entity: string, part: string): void {
    const held = this.#held.get(entity);
    if (held === undefined || !held.parts.delete(part)) return;
    if (part === learnt) {
      held.written = null;
      this.#noteWritten(held.all, null);
    }
    if (held.parts.size > 0) this.#renew(entity, held);
    else this.#remove(entity, held);
  }

  #renew(entity: string, held: Held): void {
    this.#sort(entity, held);
    this.#unindex(entity, held.all);
    held.all = overlaid([...held.parts.values()]);
    this.#index(entity, held.all);
  }

  #makeRoom(): void {
    if (this.#held.size < this.#options.maxEntries) return;
    const entity = this.#taught.take()?.[0] ?? this.#held.keys().next().value;
    if (entity !== undefined) this.#remove(entity, this.#held.get(entity)!);
  }

  /** Notes whether only events tell of it. */
  #sort(entity: string, { parts }: Held): void {
    if (parts.size === 1 && parts.has(learnt)) this.#taught.set(entity, true);
    else this.#taught.delete(entity);
  }

  #remove(entity: string, held: Held): void {
    this.#unindex(entity, held.all);
    this.#noteWritten(held.all, null);
    this.#held.delete(entity);
    this.#taught.delete(entity);
  }

  /** A container's entry with what is known of its pod. */
  #withPod(entry: InventoryEntry): InventoryEntry {
    const { cluster, namespace, pod } = entry;
    if (!namespace || !pod || entry.kind === "pod") return entry;
    const ofPod = this.#held.get(podEntity(cluster, namespace, pod))?.all;
    return ofPod === undefined ? entry : over(ofPod, entry);
  }

  #index(entity: string, entry: InventoryEntry): void {
    for (const [index, key] of this.#indexKeys(entry)) index.add(key, entity);
  }

  #unindex(entity: string, entry: InventoryEntry): void {
    for (const [index, key] of this.#indexKeys(entry)) index.remove(key, entity);
  }

  *#indexKeys(entry: InventoryEntry): Generator<readonly [Index, string]> {
    const { kind, cluster, namespace, pod, ips } = entry;
    for (const ip of ips ?? []) {
      const address = addressKey(ip);
      if (address !== undefined) yield [this.#byAddress, addressEntity(cluster, address)];
    }
    if (kind !== "container") return;
    if (namespace && pod) yield [this.#byPod, podEntity(cluster, namespace, pod)];
    const place = placeOf(entry);
    if (place !== null) yield [this.#byPlace, place];
  }
}

/** Entities that one key leads to: of more, which only an attacker makes, the first ones are forgotten. */
const mostOfKey = 1_000;

/** Which entities have a key. Most keys have one, which then stands for itself. */
class Index {
  readonly #entities = new Map<string, string | Set<string>>();

  at(key: string): Iterable<string> {
    const there = this.#entities.get(key);
    return there === undefined ? none : typeof there === "string" ? [there] : there;
  }

  add(key: string, entity: string): void {
    const there = this.#entities.get(key);
    if (there === undefined) this.#entities.set(key, entity);
    else if (typeof there === "string") {
      if (there !== entity) this.#entities.set(key, new Set([there, entity]));
    } else {
      if (there.size >= mostOfKey) for (const first of there) if (there.delete(first)) break;
      there.add(entity);
    }
  }

  remove(key: string, entity: string): void {
    const there = this.#entities.get(key);
    if (there === entity) this.#entities.delete(key);
    if (typeof there === "object" && there.delete(entity) && there.size === 0) this.#entities.delete(key);
  }
}

const none: readonly string[] = [];

function addressEntity(cluster: string | null | undefined, address: string): string {
  return `${cluster ?? ""}\n${address}`;
}

/** What successive containers have in common: workload and name, or pod and name, or, without either, node and name. */
function placeOf({
  cluster,
  namespace,
  workload_kind,
  workload,
  pod,
  node,
  name,
}: InventoryEntry): string | null {
  if (!name) return null;
  const where = workload ? [namespace, workload_kind, workload] : pod ? [namespace, "pod", pod] : [node];
  return [cluster ?? "", ...where.map((each) => each ?? ""), name].join("\n");
}

const ranks = { pod: 0, container: 1, service: 2, node: 3 } as const;

function isNearer(entry: InventoryEntry, best: InventoryEntry, time: number): boolean {
  if (entry.kind !== best.kind) return ranks[entry.kind] < ranks[best.kind];
  return beganBy(entry, time) > beganBy(best, time);
}

/** What had not begun by then had the address later. */
function beganBy({ started_at: started, updated_at }: InventoryEntry, time: number): number {
  const began = started ?? updated_at;
  return began <= time ? began : -began;
}

function isCloser(entry: InventoryEntry, best: InventoryEntry, to: InventoryEntry): boolean {
  const ofPod = (each: InventoryEntry): boolean => each.pod != null && each.pod === to.pod;
  if (ofPod(entry) !== ofPod(best)) return ofPod(entry);
  return (endOf(entry) ?? 0) > (endOf(best) ?? 0);
}

/** The usual case, without a copy: all of it known, and lately enough. */
function saysNothingNew(
  known: InventoryEntry,
  entry: InventoryEntry,
  written: InventoryEntry | null,
): boolean {
  if (written !== known || entry.updated_at - known.updated_at >= relearnMs) return false;
  const isOlder = entry.updated_at < known.updated_at;
  for (const name of factNames) {
    const said = entry[name];
    if (said == null) continue;
    if (known[name] == null || (!isOlder && !isEqual(known[name], said))) return false;
  }
  return true;
}

/** Whether the topic lacks something: a fact, a step of the container's life, or minutes. */
function isNews(written: InventoryEntry, now: InventoryEntry): boolean {
  if (now.updated_at - written.updated_at >= relearnMs) return true;
  if (factNames.some((name) => written[name] == null && now[name] != null)) return true;
  return lifecycleFacts.some((name) => written[name] !== now[name]);
}

function saysTheSame(a: InventoryEntry, b: InventoryEntry): boolean {
  return (
    a.updated_at === b.updated_at && factNames.every((name) => isEqual(a[name] ?? null, b[name] ?? null))
  );
}
