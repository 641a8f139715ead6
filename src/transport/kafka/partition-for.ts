import { Partitioners, type PartitionMetadata } from "kafkajs";
import type { Partitioner } from "../log.ts";

const choose = Partitioners.DefaultPartitioner();
const metadata: PartitionMetadata[][] = [];

/** Partitions of recent keys, by number of partitions: the client's hash takes 2 to 6 µs, more than sending. */
const recent = new Map<number, Map<string, number>>();
const maxRecent = 20_000;
const maxKeyLength = 256;

/**
 * The partition that Kafka's own clients choose for this key. The hash is the client's; only the number of partitions
 * is given to it, because it would otherwise follow live metadata and silently re-key a topic that grows.
 */
export const partitionFor: Partitioner = (key, partitions) => {
  if (!Number.isInteger(partitions) || partitions < 1) {
    throw new RangeError(
      `Cannot choose a partition: the number of partitions must be positive: current value is ${partitions}`,
    );
  }
  if (typeof key !== "string" || key.length > maxKeyLength) return hash(key, partitions);
  const known = recentOf(partitions);
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= maxRecent) known.clear();
  const partition = hash(key, partitions);
  known.set(key, partition);
  return partition;
};

function hash(key: string | Buffer, partitions: number): number {
  return choose({ topic: "", partitionMetadata: metadataOf(partitions), message: { key, value: null } });
}

function recentOf(partitions: number): Map<string, number> {
  const known = recent.get(partitions) ?? new Map<string, number>();
  recent.set(partitions, known);
  return known;
}

function metadataOf(partitions: number): PartitionMetadata[] {
  metadata[partitions] ??= Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  return metadata[partitions];
}
