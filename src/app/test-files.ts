/** Which files below some paths hold rules and which hold tests of others (`NAME.test.yml`). */
import { existsSync } from "node:fs";
import { isTestFile, ruleFiles } from "../rules/load-rules.ts";
import { statOf, yamlFilesBelow } from "../rules/yaml-files.ts";
import { pathsOfTests } from "./load-test-file.ts";

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

/** The paths, and what their tests are of: who watches them sees whatever a run of the tests reads. */
export function pathsRead(paths: readonly string[]): readonly string[] {
  const besideThem = paths.filter((path) => !isFolder(path)).map(nameOfTests);
  const tests = testFilesIn(paths).tests;
  return [...new Set([...paths, ...besideThem, ...tests, ...tests.flatMap(pathsOfTests)])];
}

function testsBelow(folder: string): readonly string[] {
  return yamlFilesBelow(folder).filter(isTestFile);
}

function besides(file: string): readonly string[] {
  const tests = nameOfTests(file);
  return isTestFile(file) || (tests !== file && existsSync(tests)) ? [tests] : [];
}

function nameOfTests(file: string): string {
  return isTestFile(file) ? file : file.replace(/\.(ya?ml)$/, ".test.$1");
}

export function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}
