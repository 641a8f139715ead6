import { z } from "zod";
import { isSetting, outsideName, type Setting, type SettingTree } from "./setting.ts";
import { settings } from "./settings.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema (2020-12) of the YAML file, for editors and `corral schema config`. */
export function settingsSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Corral settings",
    ...section(settings),
  };
}

/** A section may stand there with nothing in it, as when all its lines are commented out. */
function section(tree: SettingTree): JsonSchema {
  const properties = Object.entries(tree).map(([key, node]) => [
    outsideName(key),
    isSetting(node) ? leaf(node) : section(node),
  ]);
  return {
    type: ["object", "null"],
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  };
}

function leaf({ type, doc, derived, fallback }: Setting<unknown>): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(type.schema, { io: "input" });
  const description = `${doc} Allowed: ${type.allowed}.`;
  return derived === null ? { ...schema, description, default: fallback } : { ...schema, description };
}
