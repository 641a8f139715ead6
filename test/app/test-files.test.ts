import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { pathsRead, testFilesIn } from "../../src/app/test-files.ts";

const folder = mkdtempSync(join(tmpdir(), "corral-test-files-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);
mkdirSync(path("own"));
writeFileSync(path("own/alone.yml"), "");
writeFileSync(path("own/shell.yml"), "");
writeFileSync(
  path("own/shell.test.yml"),
  "rules: [shell.yml, ../else/other.yml]\npipelines: [../mapping.yml]\ntests: not yet written\n",
);

test("a folder's tests are told from its rules, and a rule that is named brings its tests along", () => {
  const tests = [path("own/shell.test.yml")];
  const rules = [path("own/alone.yml"), path("own/shell.yml")];
  expect(testFilesIn([path("own")])).toEqual({ rules, tests });
  expect(testFilesIn([path("own/shell.yml")])).toEqual({ rules: [path("own/shell.yml")], tests });
  expect(testFilesIn([path("own/shell.test.yml")])).toEqual({ rules: [], tests });
  expect(testFilesIn([path("own/alone.yml")])).toEqual({ rules: [path("own/alone.yml")], tests: [] });
});

test("a run reads what the tests name too, also where they lie elsewhere, and tests that are yet to be written", () => {
  const named = [path("own/shell.yml"), path("else/other.yml"), path("mapping.yml")];
  expect(pathsRead([path("own/shell.test.yml")])).toEqual([path("own/shell.test.yml"), ...named]);
  expect(new Set(pathsRead([path("own/shell.yml")]))).toEqual(
    new Set([path("own/shell.test.yml"), ...named]),
  );
  expect(pathsRead([path("own/alone.yml")])).toEqual([path("own/alone.yml"), path("own/alone.test.yml")]);
  expect(new Set(pathsRead([path("own")]))).toEqual(
    new Set([path("own"), path("own/shell.test.yml"), ...named]),
  );
});
