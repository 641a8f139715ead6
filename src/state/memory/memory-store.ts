/**
 * The state in this process: for `corral demo`, `corral replay`, rule tests and fast tests. It keeps every promise of the
 * port but one: nothing outlives the process.
 */
import type { StateStore, StoreFinding } from "../store.ts";
import { MemoryPartition, type PartitionData } from "./memory-partition.ts";

/** What `snapshot` took; opaque. */
export interface MemorySnapshot {
  readonly partitions: ReadonlyMap<number, PartitionData>;
  readonly numbers: ReadonlyMap<string, number>;
}

export class MemoryStore implements StateStore {
  readonly #partitions = new Map<number, MemoryPartition>();
  #numbers = new Map<string, number>();

  async check(): Promise<readonly StoreFinding[]> {
    return [];
  }

  partition(partition: number): MemoryPartition {
    const known = this.#partitions.get(partition);
    if (known) return known;
    const created = new MemoryPartition(partition);
    this.#partitions.set(partition, created);
    return created;
  }

  async recordOnce(name: string, value: number): Promise<number> {
    const recorded = this.#numbers.get(name) ?? value;
    this.#numbers.set(name, recorded);
    return recorded;
  }

  async close(): Promise<void> {}

  /** Test hook: the store loses everything. Epochs issued before stay unknown for ever. */
  empty(): void {
    this.restore({ partitions: new Map(), numbers: new Map() });
  }

  /** Test hook: what a replica knows at this moment. */
  snapshot(): MemorySnapshot {
    const partitions = [...this.#partitions].map(([id, state]) => [id, state.snapshot()] as const);
    return { partitions: new Map(partitions), numbers: new Map(this.#numbers) };
  }

  /** Test hook: a failover to that replica; what was written since is lost. */
  restore(snapshot: MemorySnapshot): void {
    for (const [id, state] of this.#partitions) state.restore(snapshot.partitions.get(id));
    this.#numbers = new Map(snapshot.numbers);
  }
}
