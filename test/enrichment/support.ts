import { entityKey, type InventoryEntry, recordKey } from "../../src/enrichment/inventory-entry.ts";
import { InventoryTable } from "../../src/enrichment/inventory-table.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";

export const minute = 60_000;
/** A time that events of these tests are told from. */
export const start = Date.parse("2026-01-05T10:00:00Z");
export const web = "057dc8d712abf96c628c82ea111d53a0057dc8d712abf96c628c82ea111d53a0";
export const other = "9bd4ecf1a2c3000000000000000000000000000000000000000000000000ffff";

export function tableOf(
  options: Partial<ConstructorParameters<typeof InventoryTable>[0]> = {},
): InventoryTable {
  return new InventoryTable({
    maxEntries: 1_000,
    ttlMs: 15 * minute,
    forgetMs: 24 * 60 * minute,
    ...options,
  });
}

/** As a feeder writes it. */
export function fed(entry: Partial<InventoryEntry>): InventoryEntry {
  return { kind: "container", source: "kubernetes", learnt: false, updated_at: start, ...entry };
}

export function feed(table: InventoryTable, ...entries: readonly Partial<InventoryEntry>[]): void {
  for (const entry of entries.map(fed)) table.take(recordKey(entry, entityKey(entry)!), entry);
}

export function event(change: Partial<SecurityEvent> = {}): SecurityEvent {
  return {
    id: "e1",
    timestamp: start,
    container_id: web.slice(0, 12),
    type: "shell_in_container",
    severity: "info",
    source: "falco:syscall",
    details: {},
    enrichment: {},
    ...change,
  };
}
