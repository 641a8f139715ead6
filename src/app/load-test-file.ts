/**
 * `NAME.test.yml`: tests of rules that cannot carry their own, which Sigma's cannot (semantics 7). `rules` and
 * `pipelines` are paths from the folder of the file. Without `pipelines` no field mapping applies: log sources add no
 * predicate, and names stand as they are.
 */
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { conditionTypes } from "../correlation/condition-types.ts";
import { ConfigError, RuleError } from "../errors.ts";
import { compileRules, type LoadOptions, readRuleFile, ruleFiles } from "../rules/load-rules.ts";
import { parseWith } from "../rules/report-issues.ts";
import type { Rule } from "../rules/rule.ts";
import { type RuleTest, ruleTestSchema } from "../rules/rule-test.ts";
import { compilePipelines } from "../rules/sigma/read-pipelines.ts";
import { parseYamlDocuments, type RuleText, type YamlDocument } from "../rules/yaml-documents.ts";

export const testFileSchema = z.strictObject({
  rules: z.array(z.string().min(1)).min(1),
  pipelines: z.array(z.string().min(1)).optional(),
  tests: z.array(ruleTestSchema).min(1),
});

export interface TestFile {
  readonly rules: readonly Rule[];
  readonly tests: readonly RuleTest[];
}

/** Throws RuleError with the faults of the file or of its rules, ConfigError when the file itself cannot be read. */
export function loadTestFile(path: string, options: Pick<LoadOptions, "calendar" | "lists"> = {}): TestFile {
  const { document, rules, pipelines, tests } = read(path);
  const named = (key: "rules" | "pipelines", paths: readonly string[]): readonly RuleText[] =>
    paths.flatMap((each, index) => {
      try {
        return ruleFiles(resolve(dirname(path), each)).map(readRuleFile);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        document.fault([key, index], "unreadable", error.message);
        return [];
      }
    });
  const [texts, mappings] = [named("rules", rules), named("pipelines", pipelines ?? [])];
  if (document.faults.length > 0) throw new RuleError(document.faults);
  const compiled = compileRules(texts, {
    ...options,
    conditionTypes,
    pipelines: pipelines === undefined ? "none" : compilePipelines(mappings),
  });
  return { rules: compiled, tests };
}

/** The paths that a file of tests names, as far as it can be read. */
export function pathsOfTests(path: string): readonly string[] {
  const [document] = parseYamlDocuments(readRuleFile(path));
  const { rules = [], pipelines = [] } = namedPaths.safeParse(document?.value).data ?? {};
  return [...rules, ...pipelines].map((each) => resolve(dirname(path), each));
}

const namedPaths = z.object({
  rules: z.array(z.string()).optional(),
  pipelines: z.array(z.string()).optional(),
});

function read(path: string): z.infer<typeof testFileSchema> & { readonly document: YamlDocument } {
  const [document, ...others] = parseYamlDocuments(readRuleFile(path));
  if (document === undefined) {
    throw new RuleError([
      { code: "empty", file: path, line: 1, column: 1, message: "rules and tests are missing" },
    ]);
  }
  const parsed =
    document.faults.length > 0 ? null : parseWith(testFileSchema, document.value, document.fault);
  for (const other of others) other.fault([], "too-many", "a file of tests is one document");
  const faults = [document, ...others].flatMap((each) => each.faults);
  if (faults.length > 0 || parsed === null) throw new RuleError(faults);
  return { ...parsed, document };
}
