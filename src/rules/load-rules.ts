/**
 * Rule files → compiled rules. A path is a file or a folder (its *.yml and *.yaml below, sorted; `*.test.yml` are tests
 * of other files and are left out). All faults of all files are found before any is reported.
 */
import { readFileSync } from "node:fs";
import { ConfigError, messageOf, RuleError, type RuleFault } from "../errors.ts";
import { type Calendar, compileCalendar } from "./calendar.ts";
import { chainFaults } from "./chains.ts";
import { compileRule } from "./compile-rule.ts";
import type { AnyConditionType } from "./condition-type.ts";
import type { Rule } from "./rule.ts";
import { inShadow, ruleName } from "./shadow.ts";
import { compileSigma, isSigma, type SigmaContext } from "./sigma/compile-sigma.ts";
import type { Pipeline } from "./sigma/pipeline.ts";
import { splitShadow } from "./sigma/shadow-documents.ts";
import { parseYamlDocuments, type RuleText, type YamlDocument } from "./yaml-documents.ts";
import { statOf, yamlFilesBelow } from "./yaml-files.ts";

export type { RuleText } from "./yaml-documents.ts";

export interface LoadOptions {
  readonly conditionTypes: readonly AnyConditionType[];
  readonly calendar?: Calendar;
  readonly lists?: ReadonlyMap<string, readonly string[]>;
  /** Field mappings of Sigma's log sources; `none`: names stand as they are. Default: those that ship. */
  readonly pipelines?: readonly Pipeline[] | "none";
}

/** All rules under `paths`. Throws RuleError with every fault, ConfigError when a path cannot be read. */
export function loadRules(paths: readonly string[], options: LoadOptions): readonly Rule[] {
  return compileRules(paths.flatMap(ruleFiles).map(readRuleFile), options);
}

/** Throws RuleError with every fault of every text; ids must be unique over all of them. */
export function compileRules(texts: readonly RuleText[], options: LoadOptions): readonly Rule[] {
  const { rules, faults } = checkRules(texts, options);
  if (faults.length > 0) throw new RuleError(faults);
  return rules;
}

export interface CheckedRules {
  readonly rules: readonly Rule[];
  /** By file, and inside a file by place. */
  readonly faults: readonly RuleFault[];
  /** What loads but is probably not meant. */
  readonly warnings: readonly RuleFault[];
  /** What the texts were read as. */
  readonly documents: readonly YamlDocument[];
}

/** The rules that compiled, and all faults. Native and Sigma documents may stand in one file. */
export function checkRules(texts: readonly RuleText[], options: LoadOptions): CheckedRules {
  const documents = texts.flatMap(parseYamlDocuments);
  const calendar = options.calendar ?? compileCalendar();
  const lists = options.lists ?? new Map<string, readonly string[]>();
  const context = { conditionTypes: options.conditionTypes, calendar, lists };
  const sound = documents.filter(({ value, faults }) => value !== null && faults.length === 0);
  const [sigma, native] = [sound.filter(isSigma), sound.filter((document) => !isSigma(document))];
  const rules = [
    ...native.map((document) => compileRule(document.value, { ...context, ...document })),
    ...compileAllSigma(sigma, { ...context, pipelines: options.pipelines }),
  ].filter((rule) => rule !== null);
  return {
    rules,
    faults: [
      ...documents.flatMap(({ faults }) => inOrder(faults)),
      ...duplicateIds(rules),
      ...chainFaults(rules),
    ],
    warnings: documents.flatMap(({ warnings }) => inOrder(warnings)),
    documents,
  };
}

function compileAllSigma(documents: readonly YamlDocument[], context: SigmaContext): readonly Rule[] {
  const { live, shadow, beside } = splitShadow(documents);
  const rules = compileSigma(live, context);
  if (shadow.length === 0) return rules;
  const places = new Set(shadow.map(placeOf));
  const onTrial = compileSigma([...shadow, ...beside], context).filter((rule) => places.has(placeOf(rule)));
  return [...rules, ...onTrial.map(inShadow)];
}

function placeOf({ file, line }: { readonly file: string; readonly line: number }): string {
  return `${file}:${line}`;
}

function inOrder(faults: readonly RuleFault[]): readonly RuleFault[] {
  return faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** The rule files below a path, sorted. Throws ConfigError when there is nothing there, or nothing that can be read. */
export function ruleFiles(path: string): readonly string[] {
  const stat = statOf(path);
  if (stat === undefined)
    throw new ConfigError(`Cannot read rules: the path must exist: current value is ${path}`);
  return stat.isDirectory() ? yamlFilesBelow(path).filter((file) => !isTestFile(file)) : [path];
}

/** Tests of other files. */
export function isTestFile(file: string): boolean {
  return /\.test\.ya?ml$/.test(file);
}

/** Without the byte order mark, which would be a column of the first line. Throws ConfigError. */
export function readRuleFile(file: string): RuleText {
  try {
    return { file, text: readFileSync(file, "utf8").replace(/^\ufeff/, "") };
  } catch (error) {
    throw new ConfigError(`Cannot read rules: the file must be readable: ${messageOf(error)}`);
  }
}

function duplicateIds(rules: readonly Rule[]): readonly RuleFault[] {
  const first = new Map<string, Rule>();
  const faults: RuleFault[] = [];
  for (const rule of rules) {
    const earlier = first.get(ruleName(rule));
    if (earlier === undefined) first.set(ruleName(rule), rule);
    else {
      const message = `id: "${ruleName(rule)}" is taken by the rule at ${earlier.file}:${earlier.line}`;
      faults.push({ code: "duplicate-id", file: rule.file, line: rule.line, column: 1, message });
    }
  }
  return faults;
}
