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

export class SimStore implements StateStore {
  readonly #process: SimProcess;
  readonly #store: MemoryStore;

  constructor(process: SimProcess, store: MemoryStore) {
    this.#process = process;
    this.#store = store;
  }

  async check(): Promise<readonly StoreFinding[]> {
    return [];
  }

  partition(partition: number): PartitionState {
    return new SimPartition(this.#process, this.#store.partition(partition));
  }

  recordOnce(name: string, value: number): Promise<number> {
    return this.#process.request("store.other", () => this.#store.recordOnce(name, value));
  }

  async close(): Promise<void> {}
}

class SimPartition implements PartitionState {
  readonly #process: SimProcess;
  readonly #state: PartitionState;

  constructor(process: SimProcess, state: PartitionState) {
    this.#process = process;
    this.#state = state;
  }

  claim(): Promise<Claim> {
    return this.#process.request("store.claim", () => this.#state.claim());
  }

  due(time: number, limit: number): Promise<readonly Due[]> {
    return this.#process.request("store.due", () => this.#state.due(time, limit));
  }

  load(keys: readonly GroupKey[]): Promise<readonly StoredGroup[]> {
    return this.#process.request("store.load", () => this.#state.load(keys));
  }

  apply(change: BatchChange): Promise<void> {
    return this.#process.request("store.apply", () => this.#state.apply(change));
  }

  trim(epoch: number, time: number, limit: number): Promise<number> {
    return this.#process.request("store.other", () => this.#state.trim(epoch, time, limit));
  }

  size(): Promise<{ readonly groups: number; readonly open: number; readonly outbox: number }> {
    return this.#process.request("store.other", () => this.#state.size());
  }
}
