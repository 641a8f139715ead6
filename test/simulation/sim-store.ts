/** The store port of one process over the one store that all share: every call crosses the network. */

import type { MemoryStore } from "../../src/state/memory/memory-store.ts";
import type {
  BatchChange,
  Claim,
  Due,
  GroupKey,
  PartitionState,
  StateStore,
  StoredGroup,
  StoreFinding,
} from "../../src/state/store.ts";
import type { SimProcess } from "./sim-process.ts";

/** What was claimed last, by partition, and who is told of a write under an older claim. */
export interface Claims {
  readonly newest: Map<number, number>;
  onStale(process: SimProcess, partition: number): void;
}

export class SimStore implements StateStore {
  readonly #process: SimProcess;
  readonly #store: MemoryStore;
  readonly #claims: Claims;

  constructor(process: SimProcess, store: MemoryStore, claims: Claims) {
    this.#process = process;
    this.#store = store;
    this.#claims = claims;
  }

  async check(): Promise<readonly StoreFinding[]> {
    return [];
  }

  partition(partition: number): PartitionState {
    return new SimPartition(this.#process, partition, this.#store.partition(partition), this.#claims);
  }

  recordOnce(name: string, value: number): Promise<number> {
    return this.#process.request("store.other", () => this.#store.recordOnce(name, value));
  }

  async close(): Promise<void> {}
}

class SimPartition implements PartitionState {
  readonly #process: SimProcess;
  readonly #partition: number;
  readonly #state: PartitionState;
  readonly #claims: Claims;

  constructor(process: SimProcess, partition: number, state: PartitionState, claims: Claims) {
    this.#process = process;
    this.#partition = partition;
    this.#state = state;
    this.#claims = claims;
  }

  claim(): Promise<Claim> {
    return this.#process.request("store.claim", async () => {
      const claim = await this.#state.claim();
      this.#claims.newest.set(this.#partition, claim.epoch);
      return claim;
    });
  }

  due(time: number, limit: number, epoch?: number): Promise<readonly Due[]> {
    return this.#process.request("store.due", () => this.#state.due(time, limit, epoch));
  }

  expiring(time: number, limit: number, epoch?: number): Promise<readonly Due[]> {
    return this.#process.request("store.due", () => this.#state.expiring(time, limit, epoch));
  }

  load(keys: readonly GroupKey[], epoch?: number): Promise<readonly StoredGroup[]> {
    return this.#process.request("store.load", () => this.#state.load(keys, epoch));
  }

  apply(change: BatchChange): Promise<void> {
    return this.#process.request("store.apply", async () => {
      const newest = this.#claims.newest.get(this.#partition) ?? 0;
      await this.#state.apply(change);
      if (change.epoch < newest) this.#claims.onStale(this.#process, this.#partition);
    });
  }

  trim(epoch: number, time: number, limit: number): Promise<number> {
    return this.#process.request("store.other", () => this.#state.trim(epoch, time, limit));
  }

  size(): Promise<{ readonly groups: number; readonly open: number; readonly outbox: number }> {
    return this.#process.request("store.other", () => this.#state.size());
  }
}
