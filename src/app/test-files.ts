/** Which files below some paths hold rules and which hold tests of others (`NAME.test.yml`). */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ruleFiles } from "../rules/load-rules.ts";

export interface TestFiles {
  readonly rules: readonly string[];
  readonly tests: readonly string[];
}

const isTestFile = (name: string): boolean => /\.test\.ya?ml$/.test(name);

/**
 * Each once, in the order of the paths. A rule file that is named by itself brings its tests along. Throws ConfigError
 * where a path does not exist.
 */
export function testFilesIn(paths: readonly string[]): TestFiles {
  const rules = paths.flatMap(ruleFiles);
  const tests = paths.flatMap((path) => (statSync(path).isDirectory() ? testsBelow(path) : besides(path)));
  return { rules: [...new Set(rules.filter((file) => !isTestFile(file)))], tests: [...new Set(tests)] };
}

function testsBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(isTestFile)
    .map((name) => join(folder, name))
    .sort();
}

function besides(file: string): readonly string[] {
  if (isTestFile(file)) return [file];
  const tests = file.replace(/\.(ya?ml)$/, ".test.$1");
  return tests !== file && existsSync(tests) ? [tests] : [];
}
