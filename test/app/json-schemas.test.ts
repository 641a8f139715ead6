import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonSchemas } from "../../src/app/json-schemas.ts";
import { ruleDocs, testDocs } from "../../src/app/language-docs.ts";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import { ruleSchema } from "../../src/rules/rule-schema.ts";
import { ruleTestSchema } from "../../src/rules/rule-test.ts";
import { LanguageServer } from "./language-server.ts";

const root = join(import.meta.dirname, "../..");
const rules = join(root, "rules");

/** A condition type as editors see it. */
interface Described {
  readonly title: string;
  readonly description: string;
  readonly properties: Readonly<Record<string, { readonly description?: string }>>;
}

test("the checked-in schemas are those that the program prints", () => {
  for (const what of ["rule", "test", "config", "mapping"] as const) {
    const text = readFileSync(join(root, `schemas/${what}.schema.json`), "utf8");
    expect(JSON.parse(text)).toEqual(jsonSchemas[what]());
  }
});

test("every key of a rule and of a test says what it is", () => {
  expect(Object.keys(ruleDocs)).toEqual(expect.arrayContaining(Object.keys(ruleSchema.shape)));
  expect(Object.keys(testDocs)).toEqual(expect.arrayContaining(Object.keys(ruleTestSchema.shape)));
});

test("so does every condition type, and each of its keys", () => {
  const { $defs } = jsonSchemas.rule() as { $defs: { condition: { oneOf: readonly Described[] } } };
  const types = $defs.condition.oneOf;
  expect(types.map(({ title }) => title)).toEqual(conditionTypes.map(({ type }) => type));
  const silent = types.flatMap(({ title, description, properties }) => [
    ...(description === "" ? [title] : []),
    ...Object.entries(properties).flatMap(([key, { description: text = "" }]) =>
      text === "" ? [`${title}.${key}`] : [],
    ),
  ]);
  expect(silent).toEqual([]);
});

test("every shipped rule names its schema on the first line", () => {
  const native = readdirSync(rules).filter((name) => name.endsWith(".yml") && !name.endsWith(".test.yml"));
  for (const name of native) {
    const text = readFileSync(join(rules, name), "utf8");
    if (/^(detection|correlation):/m.test(text)) continue;
    expect([name, text.split("\n")[0]]).toEqual([
      name,
      "# yaml-language-server: $schema=../schemas/rule.schema.json",
    ]);
  }
});

test("every shipped mapping names its schema on the first line", () => {
  for (const name of readdirSync(join(root, "mappings"))) {
    const text = readFileSync(join(root, "mappings", name), "utf8");
    expect([name, text.split("\n")[0]]).toEqual([
      name,
      "# yaml-language-server: $schema=../schemas/mapping.schema.json",
    ]);
  }
});

describe("an editor with the YAML language server", () => {
  const server = new LanguageServer();
  let texts = 0;
  /** The text opened last, by a name of its own; it is never on disk. */
  const file = (): string => join(rules, `in-the-editor-${texts}.yml`);
  const modeline = "# yaml-language-server: $schema=../schemas/rule.schema.json";
  beforeAll(() => server.start());
  afterAll(() => server.stop());

  async function linesFound(...lines: readonly string[]): Promise<readonly string[]> {
    texts += 1;
    const diagnostics = await server.open(file(), [modeline, ...lines, ""].join("\n"));
    return diagnostics.map(({ message, range }) => `${range.start.line}: ${message}`).sort();
  }

  test("finds nothing in the shipped rules", async () => {
    for (const name of readdirSync(rules)) {
      const path = join(rules, name);
      const text = readFileSync(path, "utf8");
      if (text.startsWith(modeline)) expect([name, await server.open(path, text)]).toEqual([name, []]);
    }
  });

  test("finds nothing in the shipped mappings and in the example of one's own", async () => {
    const shipped = readdirSync(join(root, "mappings")).map((name) => join(root, "mappings", name));
    for (const path of [...shipped, join(root, "examples/acme-edr.yml")])
      expect([path, await server.open(path, readFileSync(path, "utf8"))]).toEqual([path, []]);
  });

  test("marks what a mapping must not have", async () => {
    const lines = [
      "# yaml-language-server: $schema=../schemas/mapping.schema.json",
      "source: acme",
      "fields: { idd: x }",
      "recognize: { has: x }",
      "types: [{ type: Bad, category: [] }]",
      "",
    ];
    const found = await server.open(join(root, "mappings/in-the-editor.yml"), lines.join("\n"));
    expect(new Set(found.map(({ range }) => range.start.line))).toEqual(new Set([1, 2, 3, 4]));
  });

  test("marks unknown keys, at the top and in a condition, by the condition's own type", async () => {
    expect(
      await linesFound(
        "id: logins",
        "windwo: 5m",
        "conditions:",
        "  - { type: event_count, field: type, value: login, threshhold: 3 }",
        "  - { type: threshold, field: cpu, threshold: 3 }",
      ),
    ).toEqual(["2: Property windwo is not allowed.", "4: Property threshhold is not allowed."]);
  });

  test("marks a duration that is none, and a key that must be there", async () => {
    expect(
      await linesFound("id: logins", "window: 5 minutes", "conditions:", "  - { type: threshold }"),
    ).toEqual([
      '2: String does not match the pattern of "^\\d+(ms|s|m|h|d|w)$".',
      '4: Missing property "field".',
    ]);
  });

  test("offers the condition types, and the keys of the one that was chosen", async () => {
    await linesFound("id: logins", "conditions:", "  - type: ", "  - type: rate_change", "    ");
    expect(await server.complete(file(), 3, 10)).toEqual(conditionTypes.map(({ type }) => type));
    const keys = await server.complete(file(), 5, 4);
    expect(keys).toEqual(expect.arrayContaining(["factor", "min_count", "operator", "where"]));
    expect(keys).not.toContain("sequence");
  });
});
