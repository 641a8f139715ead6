import { Partitioners, type PartitionMetadata } from "kafkajs";
import type { Partitioner } from "../log.ts";

const choose = Partitioners.DefaultPartitioner();
const metadata: PartitionMetadata[][] = [];

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
  return choose({ topic: "", partitionMetadata: metadataOf(partitions), message: { key, value: null } });
};

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
