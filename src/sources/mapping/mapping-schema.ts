/**
 * The shape of a document in a mapping file (`mappings/*.yml`): what a producer's events are called here and, with
 * `recognise`, a source of one's own. docs/sources.md explains it.
 */
import { z } from "zod";
import { severities } from "../../events/severity.ts";

const text = z.string().min(1);
const paths = z
  .union([text, z.array(text).min(1)], "a path or a list of paths")
  .transform((value) => [value].flat());
const scalar = z.union([text, z.number(), z.boolean()]);
/** `5` and `"5"` are the same: producers write either. */
const texts = z
  .union([scalar, z.array(scalar).min(1)], "a text or a list of texts")
  .transform((value) => [value].flat().map(String));

export const entrySchema = z
  .object({
    type: z.string().regex(/^[a-z][a-z0-9_.-]*$/, "a type like shell_in_container"),
    severity: z.enum(severities).optional(),
  })
  .catchall(texts);

export const recogniseSchema = z.strictObject({
  has: paths.optional(),
  equals: z.record(text, texts).optional(),
});

/** What `fields` may fill, beside `details.<name>` and `enrichment.<name>`. */
export const ownFields = ["id", "timestamp", "container_id", "severity", "type"] as const;
const field = z
  .string()
  .regex(
    new RegExp(`^(${ownFields.join("|")}|(details|enrichment)\\..+)$`),
    `one of ${ownFields.join(", ")}, details.<name>, enrichment.<name>`,
  );

export const mappingSchema = z
  .strictObject({
    source: z.string().regex(/^[a-z][a-z0-9_-]*$/, "the name of a source, like acme_edr"),
    recognise: recogniseSchema.optional(),
    fields: z.record(field, paths).optional(),
    severities: z.record(text, z.enum(severities)).optional(),
    facts: z.array(text).min(1).optional(),
    types: z.array(entrySchema).default([]),
  })
  .check(({ value: { recognise, fields, severities: words }, issues }) => {
    const fault = (path: string, message: string): void => {
      issues.push({ code: "custom", path: [path], message, input: path });
    };
    if (recognise === undefined) {
      if (fields !== undefined) fault("fields", "goes with recognise: a source that ships has its own");
      if (words !== undefined) fault("severities", "goes with recognise: a source that ships has its own");
    } else if (recognise.has === undefined && Object.keys(recognise.equals ?? {}).length === 0) {
      fault("recognise", "must demand something, or every record would be one of these");
    }
  });

export type MappingDocument = z.infer<typeof mappingSchema>;
