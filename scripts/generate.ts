/**
 * Writes what can be derived from other files. With `--check` nothing is written; exit code 1 says what is stale.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { jsonSchemas } from "../src/app/json-schemas.ts";
import { performancePage, performancePicture } from "./generate/performance-page.ts";
import { recordsPage } from "./generate/records-page.ts";
import { securityPage } from "./generate/security-page.ts";
import { settingsPage } from "./generate/settings-page.ts";

/** File, from the project's root, to its text. */
const generated: Readonly<Record<string, () => string>> = {
  "docs/performance.md": performancePage,
  "docs/performance.svg": performancePicture,
  "docs/records.md": recordsPage,
  "docs/security.md": securityPage,
  "docs/settings.md": settingsPage,
  "schemas/config.schema.json": () => printed(jsonSchemas.config()),
  "schemas/mapping.schema.json": () => printed(jsonSchemas.mapping()),
  "schemas/rule.schema.json": () => printed(jsonSchemas.rule()),
  "schemas/test.schema.json": () => printed(jsonSchemas.test()),
};

const check = process.argv.includes("--check");
for (const [file, text] of Object.entries(generated)) {
  const target = new URL(`../${file}`, import.meta.url);
  if (!check) {
    writeFileSync(target, text());
  } else if (textOf(target) !== text()) {
    process.stderr.write(`${file} is stale: run \`npm run generate\`\n`);
    process.exitCode = 1;
  }
}

function textOf(file: URL): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function printed(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
