/**
 * What is known of one container, pod, service or node: a record of the compacted topic `inventory`.
 *
 * Every feeder keeps entries of its own under its name, and what events taught is kept under `learnt`, so that none
 * overwrites another in the topic; readers lay them over one another (see `overlaid`).
 */
import { containerKey } from "../events/container-id.ts";

export const entryKinds = ["container", "pod", "service", "node"] as const;
export type EntryKind = (typeof entryKinds)[number];

export interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** Null or missing: not known. Times are epoch milliseconds. */
export interface InventoryEntry extends Facts {
  readonly kind: EntryKind;
  /** Who said so: `kubernetes`, `docker`, `file`, or the source of the event that taught it last. */
  readonly source: string;
  /** Taken out of events, not told by a feeder. */
  readonly learnt: boolean;
  /** When it was known to be so: clock of the feeder, or time of the event. */
  readonly updated_at: number;
  readonly cluster?: string | null;
}

/** What an entry says. Of a pod, `container_id` is its main container. */
export interface Facts {
  readonly container_id?: string | null;
  /** Of the container, service or node. */
  readonly name?: string | null;
  readonly namespace?: string | null;
  readonly pod?: string | null;
  readonly node?: string | null;
  readonly workload?: string | null;
  readonly workload_kind?: string | null;
  /** From the nearest owner up to the workload. */
  readonly owners?: readonly Owner[] | null;
  readonly service_account?: string | null;
  readonly image?: string | null;
  readonly image_digest?: string | null;
  readonly runtime?: string | null;
  readonly labels?: Readonly<Record<string, string>> | null;
  readonly ips?: readonly string[] | null;
  readonly state?: string | null;
  readonly started_at?: number | null;
  readonly ended_at?: number | null;
  readonly restarts?: number | null;
  /** The container of the same name and workload that ended before this one began. */
  readonly previous_container?: string | null;
}

export type FactName = keyof Facts;

export const factNames = Object.freeze([
  "container_id",
  "name",
  "namespace",
  "pod",
  "node",
  "workload",
  "workload_kind",
  "owners",
  "service_account",
  "image",
  "image_digest",
  "runtime",
  "labels",
  "ips",
  "state",
  "started_at",
  "ended_at",
  "restarts",
  "previous_container",
] as const satisfies readonly FactName[]);

/** `container/eu/057dc8d712ab`, `pod/eu/shop/web-0`; null: it does not say which one it is. */
export function entityKey(entry: InventoryEntry): string | null {
  const { kind, cluster, container_id: id, name, namespace, pod } = entry;
  switch (kind) {
    case "container":
      return id ? containerEntity(cluster, id) : null;
    case "pod":
      return namespace && pod ? podEntity(cluster, namespace, pod) : null;
    case "service":
      return namespace && name ? joined("service", cluster, namespace, name) : null;
    case "node":
      return name ? joined("node", cluster, name) : null;
  }
}

/** Null: it is no id. */
export function containerEntity(cluster: string | null | undefined, id: string): string | null {
  const key = containerKey(id);
  return key === undefined ? null : joined("container", cluster, key);
}

export function podEntity(cluster: string | null | undefined, namespace: string, pod: string): string {
  return joined("pod", cluster, namespace, pod);
}

/** Key of its record in the topic: `kubernetes/pod/eu/shop/web-0`, `learnt/container/eu/057dc8d712ab`. */
export function recordKey({ learnt, source }: InventoryEntry, entity: string): string {
  return `${learnt ? "learnt" : escaped(source)}/${entity}`;
}

/** The parts of a record's key. */
export function partsOfKey(key: string): { readonly part: string; readonly entity: string } {
  const slash = key.indexOf("/");
  return { part: key.slice(0, slash), entity: key.slice(slash + 1) };
}

/** When it ended, if it has not begun again since; null: it runs, or nobody knows. */
export function endOf({ started_at: started, ended_at: ended }: Facts): number | null {
  return ended != null && (started == null || started <= ended) ? ended : null;
}

/**
 * Several entries about one thing as one, fact by fact: newer over older, a feeder's over what was learnt. What order
 * they are given in makes no difference.
 */
export function overlaid(entries: readonly InventoryEntry[]): InventoryEntry {
  if (entries.length === 1) return entries[0]!;
  const [first, ...rest] = [...entries].sort(weaker);
  return rest.reduce(over, first!);
}

/** `newer` where it says something, else `older`. */
export function over(older: InventoryEntry, newer: InventoryEntry): InventoryEntry {
  const facts: Record<string, unknown> = { ...older };
  for (const name of factNames) if (newer[name] != null) facts[name] = newer[name];
  return Object.freeze({
    ...facts,
    source: newer.source,
    learnt: newer.learnt,
    updated_at: Math.max(older.updated_at, newer.updated_at),
  }) as InventoryEntry;
}

function weaker(a: InventoryEntry, b: InventoryEntry): number {
  if (a.learnt !== b.learnt) return a.learnt ? -1 : 1;
  if (a.updated_at !== b.updated_at) return a.updated_at - b.updated_at;
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** Of the values of facts. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  return (
    keys.length === others.length &&
    keys.every((key) => isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

function joined(kind: EntryKind, cluster: string | null | undefined, first: string, second?: string): string {
  const key = `${kind}/${cluster ? escaped(cluster) : ""}/${escaped(first)}`;
  return second === undefined ? key : `${key}/${escaped(second)}`;
}

function escaped(text: string): string {
  return text.includes("/") || text.includes("%") ? text.replaceAll("%", "%25").replaceAll("/", "%2F") : text;
}
