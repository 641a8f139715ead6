/** The JSON Schemas that `corral schema` prints and `schemas/*.schema.json` hold, by the word for each. */
import { settingsSchema } from "../config/settings-schema.ts";
import { mappingJsonSchema } from "./mapping-json-schema.ts";
import { type JsonSchema, ruleJsonSchema, testFileJsonSchema } from "./rule-json-schema.ts";

export const jsonSchemas: Readonly<Record<"rule" | "test" | "config" | "mapping", () => JsonSchema>> = {
  rule: ruleJsonSchema,
  test: testFileJsonSchema,
  config: settingsSchema,
  mapping: mappingJsonSchema,
};
