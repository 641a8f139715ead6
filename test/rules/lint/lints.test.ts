import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lints } from "../../../src/rules/lint/lints.ts";

test("Every lint has a file of its name, and a test", () => {
  const code = readdirSync(join(import.meta.dirname, "../../../src/rules/lint"));
  const tests = readdirSync(import.meta.dirname);
  for (const lint of lints) {
    expect(code).toContain(`${lint.code}.ts`);
    expect(tests).toContain(`${lint.code}.test.ts`);
    expect(lint.summary).toMatch(/^[A-Z].*\.$/);
  }
});
