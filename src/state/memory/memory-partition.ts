/**
 * One partition in memory. Every method does all its work before it first waits, so each is atomic, as a script is in
 * Redis. A redelivered change is known by its token or refused by its offset; late and out-of-order entries only sort
 * themselves in.
 */
import { checkChange, demandTime, keptTokens } from "../check-change.ts";
import { compareEntries, encodeEntry } from "../encode-entry.ts";
import { refuseEpoch, refuseOffset } from "../refusal.ts";
import type {
  BatchChange,
  Claim,
  Due,
  GroupChange,
  GroupKey,
  PartitionState,
  SeenRecord,
  StoredGroup,
  WindowEntry,
} from "../store.ts";
import { DueIndex } from "./due-index.ts";

interface Group {
  readonly entries: Map<string, WindowEntry>;
  open: string | null;
  deadline: number | null;
  expiry: number;
}

/** All that a partition holds; `structuredClone` copies it. */
export interface PartitionData {
  epoch: number | null;
  offset: number | null;
  meta: string | null;
  /** What was applied at this offset, newest last. */
  tokens: string[];
  readonly groups: Map<GroupKey, Group>;
  readonly outbox: Map<number, string>;
  readonly seen: Map<number, Map<string, SeenRecord>>;
  /** Live groups by window name. */
  readonly live: Map<string, number>;
}

export class MemoryPartition implements PartitionState {
  readonly #where: string;
  #data = emptyData();
  #due = new DueIndex();
  /** Outlives `empty` and `restore`: no epoch is ever issued twice. */
  #lastEpoch = 0;

  constructor(partition: number) {
    this.#where = `partition ${partition}`;
  }

  async claim(): Promise<Claim> {
    this.#lastEpoch++;
    this.#data.epoch = this.#lastEpoch;
    const { offset, meta } = this.#data;
    return {
      epoch: this.#lastEpoch,
      offset,
      meta,
      outbox: this.#outbox(),
      seen: this.#seen(),
      live: new Map(this.#data.live),
    };
  }

  async due(time: number, limit: number, epoch?: number): Promise<readonly Due[]> {
    demandTime("due time", time);
    this.#demandClaim(epoch);
    return this.#due.before(time, limit);
  }

  async expiring(time: number, limit: number, epoch?: number): Promise<readonly Due[]> {
    this.#demandClaim(epoch);
    const all = [...this.#data.groups].map(([key, { expiry }]) => ({ key, at: expiry }));
    const later = all.filter(({ at }) => at > time);
    return later.sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1)).slice(0, limit);
  }

  async load(keys: readonly GroupKey[], epoch?: number): Promise<readonly StoredGroup[]> {
    this.#demandClaim(epoch);
    return keys.map((key) => {
      const group = this.#data.groups.get(key);
      if (!group) return { entries: [], open: null };
      return { entries: [...group.entries.values()].sort(compareEntries), open: group.open };
    });
  }

  async apply(change: BatchChange): Promise<void> {
    checkChange(change);
    const data = this.#data;
    const fenced = refuseEpoch(this.#where, change.epoch, data);
    if (fenced) throw fenced;
    if (data.tokens.includes(change.token)) return;
    const conflict = refuseOffset(this.#where, change, data);
    if (conflict) throw conflict;

    const moved = data.offset === null || change.nextOffset > data.offset;
    data.tokens = [...(moved ? [] : data.tokens), change.token].slice(-keptTokens);
    data.offset = change.nextOffset;
    data.meta = change.meta;
    for (const group of change.groups) this.#applyGroup(group);
    for (const { seq, body } of change.outbox) data.outbox.set(seq, body);
    for (const seq of data.outbox.keys()) if (seq <= change.outboxAcked) data.outbox.delete(seq);
    this.#applySeen(change);
    for (const [name, count] of change.live) {
      if (count === 0) data.live.delete(name);
      else data.live.set(name, count);
    }
  }

  async trim(epoch: number, time: number, limit: number): Promise<number> {
    demandTime("trim time", time);
    const fenced = refuseEpoch(this.#where, epoch, this.#data);
    if (fenced) throw fenced;
    const expired = this.#due.before(time, limit, (key) => isSettled(this.#data.groups.get(key)!, time));
    for (const { key } of expired) {
      this.#drop(key);
      this.#uncount(key.split(":", 1)[0]!);
    }
    return expired.length;
  }

  async size(): Promise<{ readonly groups: number; readonly open: number; readonly outbox: number }> {
    const groups = [...this.#data.groups.values()];
    return {
      groups: groups.length,
      open: groups.filter(({ open }) => open !== null).length,
      outbox: this.#data.outbox.size,
    };
  }

  /** Test hook: a copy of everything, for `restore`. */
  snapshot(): PartitionData {
    return structuredClone(this.#data);
  }

  /** Test hook: goes back to a copy, as a failover does that loses the last writes. No argument: loses everything. */
  restore(data: PartitionData = emptyData()): void {
    this.#data = structuredClone(data);
    this.#due = new DueIndex();
    for (const [key, group] of this.#data.groups) this.#due.set(key, earliest(group));
  }

  #demandClaim(epoch: number | undefined): void {
    const fenced = epoch === undefined ? null : refuseEpoch(this.#where, epoch, this.#data);
    if (fenced) throw fenced;
  }

  #applyGroup(change: GroupChange): void {
    if (change.expiry === null) {
      this.#drop(change.key);
      return;
    }
    const group = this.#data.groups.get(change.key) ?? {
      entries: new Map<string, WindowEntry>(),
      open: null,
      deadline: null,
      expiry: change.expiry,
    };
    for (const entry of change.add) group.entries.set(encodeEntry(entry), entry);
    for (const entry of change.remove) group.entries.delete(encodeEntry(entry));
    if (change.trimBefore !== null) {
      for (const [member, { t }] of group.entries) {
        if (t < change.trimBefore) group.entries.delete(member);
      }
    }
    group.open = change.open;
    group.deadline = change.deadline;
    group.expiry = change.expiry;
    this.#data.groups.set(change.key, group);
    this.#due.set(change.key, earliest(group));
  }

  #applySeen(change: BatchChange): void {
    const seen = this.#data.seen;
    for (const record of change.seen) {
      const records = seen.get(record.rawPartition) ?? new Map<string, SeenRecord>();
      seen.set(record.rawPartition, records.set(`${record.offset}:${record.member}`, record));
    }
    for (const [rawPartition, floor] of change.seenFloor) {
      const records = seen.get(rawPartition);
      for (const [key, { offset }] of records ?? []) if (offset < floor) records?.delete(key);
    }
  }

  #drop(key: GroupKey): void {
    this.#data.groups.delete(key);
    this.#due.set(key, null);
  }

  #uncount(windowName: string): void {
    const { live } = this.#data;
    const count = (live.get(windowName) ?? 0) - 1;
    if (count > 0) live.set(windowName, count);
    else live.delete(windowName);
  }

  #outbox(): Claim["outbox"] {
    return [...this.#data.outbox].map(([seq, body]) => ({ seq, body })).sort((a, b) => a.seq - b.seq);
  }

  #seen(): Claim["seen"] {
    const records = [...this.#data.seen.values()].flatMap((bySource) => [...bySource.values()]);
    return records.sort((a, b) => a.rawPartition - b.rawPartition || a.offset - b.offset);
  }
}

/** Nothing open and nothing to decide: only then may a window go without the judge. */
function isSettled(group: Group, time: number): boolean {
  return group.expiry < time && group.open === null && group.deadline === null;
}

function earliest(group: Group): number {
  return group.deadline === null ? group.expiry : Math.min(group.deadline, group.expiry);
}

function emptyData(): PartitionData {
  return {
    epoch: null,
    offset: null,
    meta: null,
    tokens: [],
    groups: new Map(),
    outbox: new Map(),
    seen: new Map(),
    live: new Map(),
  };
}
