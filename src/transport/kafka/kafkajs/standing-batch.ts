/**
 * A batch of more records than the client can take. The codec that meets it can only end the client's reading of an
 * answer there: what came before is delivered, and at the next fetch the partition stands still. The codec knows which
 * offsets the batch has, but not whose it is; so whoever fetches says around its call who is to be told.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { OffsetRange } from "../record-client.ts";

export interface StandingBatch extends OffsetRange {
  /** Of its newest record, epoch milliseconds. */
  readonly timestamp: number;
  readonly count: number;
}

type Told = (batch: StandingBatch) => void;

const fetching = new AsyncLocalStorage<Told>();

/** Fetches that `work` begins tell `told`, at every attempt, of a batch at which they ended. */
export function tellingOfStandingBatches<T>(told: Told, work: () => T): T {
  return fetching.run(told, work);
}

/** For codecs: the answer that is being read ends at this batch. */
export function tellOf(batch: StandingBatch): void {
  fetching.getStore()?.(batch);
}
