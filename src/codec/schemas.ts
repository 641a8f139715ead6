/** The Avro schemas of our topics, from `schemas/*.avsc`: the same files that producers and readers take. */
import { readFileSync } from "node:fs";
import type { Type } from "avsc";
import avro from "avsc";

/** File names in `schemas/`. */
export const schemaNames = [
  "event",
  "enriched-event",
  "alert",
  "action",
  "rule-document",
  "inventory-entry",
  "session",
  "indicator",
] as const;
export type SchemaName = (typeof schemaNames)[number];

/** The schema's own text, docs and all, as it is registered. */
export function schemaText(name: SchemaName): string {
  return readFileSync(new URL(`../../schemas/${name}.avsc`, import.meta.url), "utf8");
}

export function schemaType(name: SchemaName): Type {
  return avro.Type.forSchema(JSON.parse(schemaText(name)), { omitRecordMethods: true });
}
