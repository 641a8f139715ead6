/**
 * JSON Schema (2020-12) of rule files and of `*.test.yml`, for editors: from the very zod schemas that validate them,
 * with the conditions as one alternative for each registered type, told apart by `type`.
 */
import { z } from "zod";
import { conditionTypes } from "../correlation/condition-types.ts";
import type { AnyConditionType } from "../rules/condition-type.ts";
import { conditionSchema, ruleSchema } from "../rules/rule-schema.ts";
import { ruleTestSchema } from "../rules/rule-test.ts";
import {
  actionDocs,
  conditionDocs,
  durationKeys,
  type KeyDocs,
  offsetKeys,
  ruleDocs,
  testDocs,
  testFileDocs,
} from "./language-docs.ts";
import { testFileSchema } from "./load-test-file.ts";

export type JsonSchema = { readonly [key: string]: unknown };

const dialect = "https://json-schema.org/draft/2020-12/schema";
const condition = { $ref: "#/$defs/condition" };
const where = { $ref: "#/$defs/where" };
const name = "^[A-Za-z_][A-Za-z0-9_]*$";

/** One document of a rule file. Sigma's documents are Sigma's affair and have schemas of their own. */
export function ruleJsonSchema(): JsonSchema {
  const { $schema: _, properties, ...shape } = jsonSchemaOf(ruleSchema);
  const { conditions: _conditions, actions, tests: _tests, ...keys } = properties as Properties;
  return {
    $schema: dialect,
    title: "Corral rule",
    ...shape,
    properties: described(
      {
        ...keys,
        where,
        conditions: {
          oneOf: [
            { type: "array", minItems: 1, items: condition },
            { type: "object", propertyNames: { pattern: name }, additionalProperties: condition },
          ],
        },
        except: { type: "array", items: where },
        actions: withDocs(actions, actionDocs),
        tests: { type: "array", items: { $ref: "#/$defs/test" } },
      },
      ruleDocs,
    ),
    $defs: {
      condition: conditionUnion(),
      where: whereSchema,
      test: testSchema(),
    },
  };
}

/** A file of tests for rules that cannot carry their own. */
export function testFileJsonSchema(): JsonSchema {
  const { $schema: _, properties, ...shape } = jsonSchemaOf(testFileSchema);
  const { tests, ...keys } = properties as Properties;
  return {
    $schema: dialect,
    title: "Corral tests",
    ...shape,
    properties: described({ ...keys, tests: { ...tests, items: { $ref: "#/$defs/test" } } }, testFileDocs),
    $defs: { test: testSchema() },
  };
}

type Properties = Readonly<Record<string, JsonSchema>>;

/** Told apart by `type`; its words stand once more at the top, so that editors offer all of them. */
function conditionUnion(): JsonSchema {
  return {
    type: "object",
    properties: {
      type: {
        enum: conditionTypes.map(({ type }) => type),
        enumDescriptions: conditionTypes.map(({ doc }) => doc),
      },
    },
    required: ["type"],
    oneOf: conditionTypes.map(conditionOf),
  };
}

function conditionOf({ type, doc, options }: AnyConditionType): JsonSchema {
  const own = jsonSchemaOf(options);
  const shared = jsonSchemaOf(conditionSchema).properties as Properties;
  return {
    type: "object",
    title: type,
    description: doc,
    properties: {
      type: { const: type, description: doc },
      ...described(
        { name: shared.name!, where, value: {}, ...placeWheres(own.properties as Properties) },
        conditionDocs,
      ),
    },
    required: ["type", ...((own.required as readonly string[] | undefined) ?? [])],
    additionalProperties: false,
  };
}

/** `where` inside steps of sequences is the same language. */
function placeWheres(properties: Properties): Properties {
  return JSON.parse(
    JSON.stringify(properties, (key, value: unknown) => (key === "where" && isEmpty(value) ? where : value)),
  ) as Properties;
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function testSchema(): JsonSchema {
  const { $schema: _, ...schema } = jsonSchemaOf(ruleTestSchema);
  return withDocs(schema, testDocs);
}

const value = { type: ["string", "number", "boolean", "null"] };
const whereSchema: JsonSchema = {
  description:
    "A map is AND, a list of maps is OR, a list of values is OR. Modifiers stand behind the field: contains startswith endswith all cased re cidr exists gt gte lt lte fieldref base64 base64offset utf16 wide windash neq expand.",
  anyOf: [
    {
      type: "object",
      minProperties: 1,
      additionalProperties: { anyOf: [value, { type: "array", minItems: 1, items: value }] },
    },
    { type: "array", minItems: 1, items: { anyOf: [value, { type: "object", minProperties: 1 }] } },
    { type: ["string", "number"] },
  ],
};

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      // What zod says of every integer tells a writer nothing.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
    },
  }) as JsonSchema;
}

/** Descriptions for the keys of a list's maps, at any depth. */
function withDocs(schema: JsonSchema | undefined, docs: KeyDocs): JsonSchema {
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== "object" || node === null) return node;
    const visited = Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, visit(inner)]));
    const { properties } = visited;
    return properties === undefined
      ? visited
      : { ...visited, properties: described(properties as Properties, docs) };
  };
  return visit(schema) as JsonSchema;
}

function described(properties: Properties, docs: KeyDocs): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => {
      const description = docs[key];
      return [key, { ...schema, ...textShape(key), ...(description === undefined ? {} : { description }) }];
    }),
  );
}

/** What a check in code says of a text, as a pattern. */
function textShape(key: string): JsonSchema {
  if (durationKeys.has(key)) return { pattern: "^\\d+(ms|s|m|h|d|w)$", examples: ["30s", "5m", "1h"] };
  return offsetKeys.has(key) ? { pattern: "^-?\\d+(ms|s|m|h|d|w)$", examples: ["90s"] } : {};
}
