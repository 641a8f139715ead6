/** `docs/records.md`: the fields of every record of our topics, from `schemas/*.avsc`. */
import { readFileSync } from "node:fs";

interface Field {
  readonly name: string;
  readonly type: Schema;
  readonly doc: string;
  readonly default?: unknown;
}
interface RecordSchema {
  readonly type: "record";
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly Field[];
}
type Schema =
  | string
  | readonly Schema[]
  | RecordSchema
  | { readonly type: "array"; readonly items: Schema }
  | { readonly type: "map"; readonly values: Schema }
  | { readonly type: "long"; readonly logicalType?: string };

const topics = [
  { topic: "events.raw", schema: "event" },
  { topic: "events.enriched", schema: "enriched-event" },
  { topic: "alerts", schema: "alert" },
  { topic: "actions", schema: "action" },
  { topic: "indicators", schema: "indicator" },
  { topic: "rules", schema: "rule-document" },
  { topic: "inventory", schema: "inventory-entry" },
] as const;

/** How Avro writes what nests in `details`; told in the introduction. */
const wrapping = new Set(["Value", "Entries", "Entry"]);

const introduction = `# Records

<!-- Generated from schemas/*.avsc by \`npm run generate\`; edit those. -->

What is on each topic: Avro in the Confluent wire format where a schema registry is configured (subject \`<topic>-value\`,
BACKWARD compatible), else JSON of the same shape. Readers take both. Times are epoch milliseconds, UTC. "Value" is null,
a flag, a number, a text, a list or a map; in Avro, what is inside of such a list or map is wrapped in a record \`Value\`,
and a map inside of that is a record \`Entries\` (a list of keys and values).
On \`events.raw\` this is only what native producers send: \`id\` may be left out in JSON, and RFC 3339 text is a time too.
`;

export function recordsPage(): string {
  const sections = topics.map(({ topic, schema }) => {
    const text = readFileSync(new URL(`../../schemas/${schema}.avsc`, import.meta.url), "utf8");
    const record = JSON.parse(text) as RecordSchema;
    const inner = innerRecords(record).filter(({ name }) => !wrapping.has(name));
    return [`## ${topic}: ${record.name}`, ...table(record), ...inner.flatMap(innerTable)].join("\n");
  });
  return `${introduction}\n${sections.join("\n\n")}\n`;
}

function innerTable(record: RecordSchema): readonly string[] {
  return ["", `### ${record.name}`, ...table(record)];
}

function table(record: RecordSchema): readonly string[] {
  const rows = record.fields.map((field) => {
    const preset = field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``;
    return `| \`${field.name}\` | ${typeName(field.type)} | ${preset} | ${field.doc.replaceAll("|", "\\|")} |`;
  });
  return ["", record.doc, "", "| field | type | default | meaning |", "| --- | --- | --- | --- |", ...rows];
}

function typeName(schema: Schema): string {
  if (typeof schema === "string") return schema;
  if (isUnion(schema)) {
    const branches = schema.filter((branch) => branch !== "null");
    if (branches.length > 1) return "Value";
    return `${typeName(branches[0] ?? "null")}, optional`;
  }
  switch (schema.type) {
    case "record":
      return schema.name;
    case "array":
      return `list of ${typeName(schema.items)}`;
    case "map":
      return `map of ${typeName(schema.values)}`;
    case "long":
      return schema.logicalType === "timestamp-millis" ? "time" : "long";
  }
}

function innerRecords(schema: Schema): readonly RecordSchema[] {
  if (typeof schema === "string") return [];
  if (isUnion(schema)) return schema.flatMap(namedRecords);
  switch (schema.type) {
    case "record":
      return schema.fields.flatMap(({ type }) => namedRecords(type));
    case "array":
      return namedRecords(schema.items);
    case "map":
      return namedRecords(schema.values);
    case "long":
      return [];
  }
}

function namedRecords(schema: Schema): readonly RecordSchema[] {
  const inner = innerRecords(schema);
  return typeof schema === "object" && !isUnion(schema) && schema.type === "record"
    ? [schema, ...inner]
    : inner;
}

function isUnion(schema: Schema): schema is readonly Schema[] {
  return Array.isArray(schema);
}
