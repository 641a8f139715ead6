/** A change as the KEYS and ARGV of apply.lua; the order is written down there. */
import { encodeEntry } from "../encode-entry.ts";
import type { BatchChange, GroupChange, GroupKey, SeenRecord } from "../store.ts";
import type { PartitionKeys } from "./keys.ts";

export interface ScriptCall {
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

export function encodeChange(change: BatchChange, keys: PartitionKeys): ScriptCall {
  const seen = seenByRawPartition(change);
  const kept = change.groups.filter(({ expiry }) => expiry !== null);
  const dropped = change.groups.filter(({ expiry }) => expiry === null);
  const touched = kept.filter(touchesWindow);
  const live = [...change.live];
  return {
    keys: [
      ...[keys.meta, keys.open, keys.deadlines, keys.expiry, keys.outbox],
      ...[...seen.keys()].map(keys.seen),
      ...touched.map(({ key }) => keys.window(key)),
      ...dropped.map(({ key }) => keys.window(key)),
    ],
    args: [
      ...[change.epoch, change.token, change.expectedOffset, change.nextOffset].map(String),
      change.continues ? "1" : "0",
      ...[change.meta, String(change.outboxAcked), String(seen.size), String(touched.length)],
      ...setAndDelete(
        change.groups,
        ({ open }) => open,
        (key, text) => [key, text],
      ),
      ...setAndDelete(
        change.groups,
        ({ deadline }) => deadline,
        (key, time) => [String(time), key],
      ),
      ...setAndDelete(
        change.groups,
        ({ expiry }) => expiry,
        (key, time) => [String(time), key],
      ),
      ...section(change.outbox.flatMap(({ seq, body }) => [String(seq), `${seq}:${body}`])),
      ...section(live.flatMap(([name, count]) => (count === 0 ? [] : [liveField(name), String(count)]))),
      ...section(live.flatMap(([name, count]) => (count === 0 ? [liveField(name)] : []))),
      ...[...seen].flatMap(([rawPartition, records]) => [
        String(rawPartition),
        String(change.seenFloor.get(rawPartition) ?? ""),
        ...section(records.flatMap(({ offset, member }) => [String(offset), `${offset}:${member}`])),
      ]),
      ...touched.flatMap(encodeWindow),
    ],
  };
}

/** Field of the partition's hash that counts a rule's live groups; trim.lua knows it too. */
function liveField(windowName: string): string {
  return `live:${windowName}`;
}

function encodeWindow({ add, remove, trimBefore }: GroupChange): string[] {
  return [
    String(trimBefore ?? ""),
    ...section(add.flatMap((entry) => [String(entry.t), encodeEntry(entry)])),
    ...section(remove.map(encodeEntry)),
  ];
}

function touchesWindow({ add, remove, trimBefore }: GroupChange): boolean {
  return add.length > 0 || remove.length > 0 || trimBefore !== null;
}

/** Raw partitions with a floor but no new records are among them. */
function seenByRawPartition(change: BatchChange): ReadonlyMap<number, SeenRecord[]> {
  const byPartition = new Map<number, SeenRecord[]>();
  for (const rawPartition of change.seenFloor.keys()) byPartition.set(rawPartition, []);
  for (const record of change.seen) {
    const records = byPartition.get(record.rawPartition);
    if (records) records.push(record);
    else byPartition.set(record.rawPartition, [record]);
  }
  return byPartition;
}

/** Two sections: pairs to set, in the order that the command takes them, and keys to delete. */
function setAndDelete<V>(
  groups: readonly GroupChange[],
  pick: (group: GroupChange) => V | null,
  pair: (key: GroupKey, value: V) => readonly [string, string],
): string[] {
  const set: string[] = [];
  const remove: string[] = [];
  for (const group of groups) {
    const value = group.expiry === null ? null : pick(group);
    if (value !== null) set.push(...pair(group.key, value));
    // Most groups never have either: looking for them would be a third of what a change costs the server.
    else if (group.expiry === null || group.isNew !== true) remove.push(group.key);
  }
  return [...section(set), ...section(remove)];
}

function section(values: readonly string[]): string[] {
  return [String(values.length), ...values];
}
