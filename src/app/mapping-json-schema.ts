/** JSON Schema (2020-12) of mapping files, for editors: from the very zod schema that validates them. */
import { z } from "zod";
import { mappingSchema } from "../sources/mapping/mapping-schema.ts";
import type { JsonSchema } from "./rule-json-schema.ts";

const docs: Readonly<Record<string, string>> = {
  source: "The source whose events are meant; with recognise the name of a new one.",
  recognise: "Which records are this source's: all of what stands here must hold.",
  fields: "Field → path in the record, or several paths: the first that is present wins.",
  severities: "What the record's words (or numbers) for severities mean; the five of Corral need no entry.",
  facts: "What events of a source that ships offer to entries; a file of one's own needs none.",
  types:
    "The first entry that fits decides: its type, and for each other key what the event must say there (one of the texts; * for any letters; case does not matter).",
};

const recogniseDocs: Readonly<Record<string, string>> = {
  has: "Paths that must be present.",
  equals: "Path → the value, or one of the values, that must stand there.",
};

const entryDocs: Readonly<Record<string, string>> = {
  type: "What such an event is called in rules.",
  severity: "For events whose producer gives none.",
};

type Properties = Readonly<Record<string, JsonSchema>>;

export function mappingJsonSchema(): JsonSchema {
  const { $schema, ...shape } = z.toJSONSchema(mappingSchema, { io: "input" }) as JsonSchema;
  const { recognise, types, ...others } = shape.properties as Properties;
  const entry = types!.items as JsonSchema;
  return {
    $schema,
    title: "Corral mapping",
    ...shape,
    properties: described(
      {
        ...others,
        recognise: {
          ...recognise,
          properties: described(recognise!.properties as Properties, recogniseDocs),
        },
        types: {
          ...types,
          items: { ...entry, properties: described(entry.properties as Properties, entryDocs) },
        },
      },
      docs,
    ),
    dependentRequired: { fields: ["recognise"], severities: ["recognise"] },
  };
}

function described(properties: Properties, texts: Readonly<Record<string, string>>): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => [key, { ...schema, description: texts[key] }]),
  );
}
