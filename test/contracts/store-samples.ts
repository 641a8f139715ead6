/** Small builders for changes of a state store: what a test does not name is empty. */
import type { BatchChange, GroupChange, SeenRecord, WindowEntry } from "../../src/state/store.ts";

export function entry(t: number, fields: Partial<WindowEntry> = {}): WindowEntry {
  return { t, id: `e${t}`, type: "process_exec", container: "c1", origin: [0, 1, 0], marks: [1], ...fields };
}

export function group(key: string, fields: Partial<GroupChange> = {}): GroupChange {
  return { key, add: [], remove: [], trimBefore: null, open: null, deadline: null, expiry: 1e12, ...fields };
}

export function seen(rawPartition: number, offset: number, member = "0/container=a"): SeenRecord {
  return { rawPartition, offset, member };
}

type Needed = "epoch" | "token" | "expectedOffset" | "nextOffset";

export function change<F extends Partial<BatchChange>>(fields: F): F & BatchChange {
  const empty: Omit<BatchChange, Needed> = {
    continues: false,
    meta: "{}",
    groups: [],
    outbox: [],
    outboxAcked: 0,
    seen: [],
    seenFloor: new Map(),
    live: new Map(),
  };
  return { epoch: 0, token: "t", expectedOffset: 0, nextOffset: 0, ...empty, ...fields };
}

/** Group values come from attackers: whatever divides names in a key must not matter. */
export const hostileKeys: readonly string[] = [
  "rule@1:plain",
  "rule@1:with space",
  "rule@1:{brace}",
  "}{:w:",
  ":",
  "",
  "a:b",
  "a::b",
  "日本語🐂",
  "line\nbreak\r\n",
  "nul\0byte",
  "*",
  "[0]",
  "%7B",
  "-inf",
  "(1",
  "x".repeat(2000),
];
