/** Which files below some paths hold rules and which hold tests of others (`NAME.test.yml`). */
import { existsSync } from "node:fs";
import { isTestFile, ruleFiles } from "../rules/load-rules.ts";
import { statOf, yamlFilesBelow } from "../rules/yaml-files.ts";

export interface TestFiles {
  readonly rules: readonly string[];
  readonly tests: readonly string[];
}

/**
 * Each once, in the order of the paths. A rule file that is named by itself brings its tests along. Throws ConfigError
 * where a path cannot be read.
 */
export function testFilesIn(paths: readonly string[]): TestFiles {
  const rules = paths.flatMap(ruleFiles);
  const tests = paths.flatMap((path) =>
    statOf(path)?.isDirectory() === true ? testsBelow(path) : besides(path),
  );
  return { rules: [...new Set(rules.filter((file) => !isTestFile(file)))], tests: [...new Set(tests)] };
}

function testsBelow(folder: string): readonly string[] {
  return yamlFilesBelow(folder).filter(isTestFile);
}

function besides(file: string): readonly string[] {
  if (isTestFile(file)) return [file];
  const tests = file.replace(/\.(ya?ml)$/, ".test.$1");
  return tests !== file && existsSync(tests) ? [tests] : [];
}
