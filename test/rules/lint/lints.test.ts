import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lints } from "../../../src/rules/lint/lints.ts";

const manual = readFileSync(join(import.meta.dirname, "../../../docs/rules.md"), "utf8");

test("Every lint has a file of its name, a test, and a line in the manual", () => {
  const code = readdirSync(join(import.meta.dirname, "../../../src/rules/lint"));
  const tests = readdirSync(import.meta.dirname);
  for (const lint of lints) {
    expect(code).toContain(`${lint.code}.ts`);
    expect(tests).toContain(`${lint.code}.test.ts`);
    expect(manual).toContain(`| \`${lint.code}\` |`);
    expect(lint.summary).toMatch(/^[A-Z].*\.$/);
  }
});
