import { vi } from "vitest";
import type { Batch, GroupMember, Log, LogRecord, MemberOptions } from "../../src/transport/log.ts";

export interface RecordingMember {
  readonly member: GroupMember;
  /** Every assignment, in order. */
  readonly assignments: (readonly number[])[];
  readonly batches: Batch[];
  revocations(): number;
  records(): LogRecord[];
  offsets(partition: number): number[];
  /** Replaces what is done with a batch; by default nothing. */
  onBatch: (batch: Batch, heartbeat: () => Promise<void>) => Promise<void>;
  /** Resolves when exactly these partitions are assigned. */
  owns(partitions: readonly number[]): Promise<void>;
}

/** A started member that writes down what happens to it. */
export async function startRecording(
  log: Log,
  options: Pick<MemberOptions, "group" | "topic"> & Partial<MemberOptions>,
  onAssigned: (member: GroupMember, partitions: readonly number[]) => void = () => {},
): Promise<RecordingMember> {
  const member = log.member({
    sessionTimeoutMs: 6_000,
    heartbeatIntervalMs: 100,
    maxBytesPerPartition: 1_000_000,
    concurrency: 4,
    ...options,
  });
  let revocations = 0;
  const recording: RecordingMember = {
    member,
    assignments: [],
    batches: [],
    revocations: () => revocations,
    records: () => recording.batches.flatMap((batch) => batch.records),
    offsets: (partition) =>
      recording
        .records()
        .filter((record) => record.partition === partition)
        .map((record) => record.offset),
    onBatch: async () => {},
    owns: (partitions) =>
      until(() => JSON.stringify(recording.assignments.at(-1)) === JSON.stringify(partitions)),
  };
  await member.start({
    assigned: (partitions) => {
      recording.assignments.push(partitions);
      onAssigned(member, partitions);
    },
    revoked: () => {
      revocations++;
    },
    batch: async (batch, heartbeat) => {
      recording.batches.push(batch);
      await recording.onBatch(batch, heartbeat);
    },
  });
  return recording;
}

/** Resolves once `condition` holds; fails the test after 15 s. */
export function until(condition: () => boolean, timeout = 15_000): Promise<void> {
  return vi.waitFor(
    () => {
      if (!condition()) throw new Error(`Cannot go on: the condition must hold: ${condition}`);
    },
    { timeout, interval: 5 },
  );
}

/** A promise with its handles. */
export function gate<T = void>(): PromiseWithResolvers<T> {
  return Promise.withResolvers<T>();
}
