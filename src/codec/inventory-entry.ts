/** The inventory's entry (`schemas/inventory-entry.avsc`). */
import {
  type EntryKind,
  entryKinds,
  type InventoryEntry,
  type Owner,
} from "../enrichment/inventory-entry.ts";
import type { JsonMap } from "../events/security-event.ts";
import type { RecordFormat } from "./codec.ts";
import {
  asMap,
  flag,
  integer,
  integerOrNull,
  isNothing,
  list,
  text,
  textMap,
  textOrNull,
  texts,
  word,
} from "./shape.ts";

export const inventoryEntry: RecordFormat<InventoryEntry> = {
  schema: "inventory-entry",
  read: (fields) =>
    withoutNothing({
      kind: word(fields, "kind", isKind),
      source: text(fields, "source"),
      learnt: flag(fields, "learnt"),
      updated_at: integer(fields, "updated_at"),
      cluster: textOrNull(fields, "cluster"),
      container_id: textOrNull(fields, "container_id"),
      name: textOrNull(fields, "name"),
      namespace: textOrNull(fields, "namespace"),
      pod: textOrNull(fields, "pod"),
      node: textOrNull(fields, "node"),
      workload: textOrNull(fields, "workload"),
      workload_kind: textOrNull(fields, "workload_kind"),
      owners: isNothing(fields.owners)
        ? null
        : list(fields, "owners").map((owner) => readOwner(asMap(owner, "owners"))),
      service_account: textOrNull(fields, "service_account"),
      image: textOrNull(fields, "image"),
      image_digest: textOrNull(fields, "image_digest"),
      runtime: textOrNull(fields, "runtime"),
      labels: isNothing(fields.labels) ? null : textMap(fields, "labels"),
      ips: isNothing(fields.ips) ? null : texts(fields, "ips"),
      state: textOrNull(fields, "state"),
      started_at: integerOrNull(fields, "started_at"),
      ended_at: integerOrNull(fields, "ended_at"),
      restarts: integerOrNull(fields, "restarts"),
      previous_container: textOrNull(fields, "previous_container"),
    }),
  toAvro: (entry) => entry,
  fromAvro: (decoded) => decoded as JsonMap,
};

function readOwner(fields: JsonMap): Owner {
  return { kind: text(fields, "kind"), name: text(fields, "name") };
}

/** A table holds hundreds of thousands: what is not known takes no room. */
function withoutNothing(entry: InventoryEntry): InventoryEntry {
  return Object.freeze(
    Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null)),
  ) as unknown as InventoryEntry;
}

function isKind(value: unknown): value is EntryKind {
  return (entryKinds as readonly unknown[]).includes(value);
}
