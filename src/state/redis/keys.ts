/**
 * Names of keys. All of a partition lies under one hash tag, so that one script may touch all of it in a cluster too:
 *
 *     <prefix>corral:{<prefix><topic>/<partition>}:meta            hash: epoch, nonce, offset, meta, tokens, seen:<raw>,
 *                                                                  live:<window name>
 *                                                 :open            hash: group key → the judge's record
 *                                                 :deadlines       sorted set: group key by time
 *                                                 :expiry          sorted set: group key by time; its size is the live groups
 *                                                 :outbox          sorted set: `<seq>:<body>` by seq
 *                                                 :seen:<raw>      sorted set: `<offset>:<member>` by offset
 *                                                 :w:<group key>   sorted set: entry by event time
 *     <prefix>corral:layout:<name>                                 number that all replicas share
 */
import { ConfigError } from "../../errors.ts";
import type { GroupKey } from "../store.ts";

export interface PartitionKeys {
  readonly meta: string;
  readonly open: string;
  readonly deadlines: string;
  readonly expiry: string;
  readonly outbox: string;
  seen(rawPartition: number): string;
  window(group: GroupKey): string;
}

export function partitionKeys(prefix: string, topic: string, partition: number): PartitionKeys {
  const base = `${prefix}corral:{${prefix}${topic}/${partition}}`;
  return {
    meta: `${base}:meta`,
    open: `${base}:open`,
    deadlines: `${base}:deadlines`,
    expiry: `${base}:expiry`,
    outbox: `${base}:outbox`,
    seen: (rawPartition) => `${base}:seen:${rawPartition}`,
    window: (group) => `${base}:w:${group}`,
  };
}

export function layoutKey(prefix: string, name: string): string {
  return `${prefix}corral:layout:${name}`;
}

/** A brace in front of the hash tag would become the tag: the partition's keys would part. Throws ConfigError. */
export function demandNoBraces(what: string, text: string): void {
  if (!/[{}]/.test(text)) return;
  throw new ConfigError(
    `Cannot name the state's keys: ${what} must not contain braces: current value is ${text}`,
  );
}
