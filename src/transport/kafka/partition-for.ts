import type { Partitioner } from "../log.ts";
import { murmur2 } from "./murmur2.ts";

/** The partition that Kafka's own clients choose for this key, of the number given: live metadata would re-key a topic that grows. */
export const partitionFor: Partitioner = (key, partitions) => {
  if (!Number.isInteger(partitions) || partitions < 1) {
    throw new RangeError(
      `Cannot choose a partition: the number of partitions must be positive: current value is ${partitions}`,
    );
  }
  const hash = murmur2(typeof key === "string" ? Buffer.from(key) : key);
  return (hash & 0x7fffffff) % partitions;
};
