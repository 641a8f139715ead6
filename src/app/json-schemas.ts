/** The JSON Schemas that `corral schema` prints and `schemas/*.schema.json` hold, by the word for each. */
import { settingsSchema } from "../config/settings-schema.ts";
import { type JsonSchema, ruleJsonSchema, testFileJsonSchema } from "./rule-json-schema.ts";

export const jsonSchemas: Readonly<Record<"rule" | "test" | "config", () => JsonSchema>> = {
  rule: ruleJsonSchema,
  test: testFileJsonSchema,
  config: settingsSchema,
};
