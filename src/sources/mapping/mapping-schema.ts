/** The shape of a mapping file (`mappings/*.yml`): what a producer's events are called here. docs/sources.md explains it. */
import { z } from "zod";
import { severities } from "../../events/severity.ts";
import type { TypeEntry } from "./type-table.ts";

const texts = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((value) => (typeof value === "string" ? [value] : value));

const entrySchema = z
  .object({
    type: z.string().regex(/^[a-z][a-z0-9_.-]*$/, "a type like shell_in_container"),
    severity: z.enum(severities).optional(),
  })
  .catchall(texts)
  .transform(
    ({ type, severity, ...when }): TypeEntry => ({ type, severity, when: when as TypeEntry["when"] }),
  );

export const mappingSchema = z.strictObject({
  source: z.string().regex(/^[a-z][a-z0-9_-]*$/, "the name of a source"),
  types: z.array(entrySchema).default([]),
});

export type MappingDocument = z.infer<typeof mappingSchema>;
