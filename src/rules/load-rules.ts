/**
 * Rule files → compiled rules. A path is a file or a folder (its *.yml and *.yaml below, sorted; `*.test.yml` are tests
 * of other files and are left out). All faults of all files are found before any is reported.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Document, isCollection, LineCounter, parseAllDocuments } from "yaml";
import { ConfigError, messageOf, RuleError, type RuleFault } from "../errors.ts";
import { type Calendar, compileCalendar } from "./calendar.ts";
import { chainFaults } from "./chains.ts";
import { compileRule, type FaultPath } from "./compile-rule.ts";
import type { AnyConditionType } from "./condition-type.ts";
import type { Rule } from "./rule.ts";

export interface LoadOptions {
  readonly conditionTypes: readonly AnyConditionType[];
  readonly calendar?: Calendar;
  readonly lists?: ReadonlyMap<string, readonly string[]>;
}

export interface RuleText {
  readonly file: string;
  readonly text: string;
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

/** The rules that compiled, and all faults. */
export function checkRules(
  texts: readonly RuleText[],
  options: LoadOptions,
): { readonly rules: readonly Rule[]; readonly faults: readonly RuleFault[] } {
  const rules: Rule[] = [];
  const faults: RuleFault[] = [];
  const calendar = options.calendar ?? compileCalendar();
  const lists = options.lists ?? new Map<string, readonly string[]>();
  for (const { file, text } of texts) {
    const lines = new LineCounter();
    const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true });
    for (const document of documents as readonly Document.Parsed[]) {
      const place = (offset: number): { line: number; column: number } => {
        const { line, col } = lines.linePos(offset);
        return { line: Math.max(line, 1), column: Math.max(col, 1) };
      };
      const found: RuleFault[] = [];
      for (const error of document.errors) {
        found.push({ code: "yaml", file, ...place(error.pos[0]), message: error.message.split("\n")[0]! });
      }
      faults.push(...found);
      if (found.length > 0) continue;
      let value: unknown;
      try {
        value = document.toJS({ maxAliasCount: 0 });
      } catch (error) {
        faults.push({
          code: "yaml",
          file,
          ...place(0),
          message: `aliases are not allowed: ${messageOf(error)}`,
        });
        continue;
      }
      if (value === null) continue;
      const rule = compileRule(value, {
        ...options,
        calendar,
        lists,
        file,
        line: place(document.contents?.range?.[0] ?? 0).line,
        placeOf: (path) => place(offsetOf(document, path, true)),
        fault: (path, code, message) =>
          found.push({
            code,
            file,
            ...place(offsetOf(document, path, aboutKeys.has(code))),
            message: `${shownPath(path)}${message}`,
          }),
      });
      faults.push(...found.sort((a, b) => a.line - b.line || a.column - b.column));
      if (rule !== null) rules.push(rule);
    }
  }
  faults.push(...duplicateIds(rules), ...chainFaults(rules));
  return { rules, faults };
}

/** The rule files below a path, sorted. Throws ConfigError when there is nothing there. */
export function ruleFiles(path: string): readonly string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new ConfigError(`Cannot read rules: the path must exist: current value is ${path}`);
  if (!stat.isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name))
    .map((name) => join(path, name))
    .filter((name) => statSync(name).isFile())
    .sort();
}

export function readRuleFile(file: string): RuleText {
  try {
    return { file, text: readFileSync(file, "utf8") };
  } catch (error) {
    throw new ConfigError(`Cannot read rules: the file must be readable: ${messageOf(error)}`);
  }
}

/** Faults of these codes stand at the key, others at its value. */
const aboutKeys: ReadonlySet<string> = new Set([
  "unknown-key",
  "unknown-modifier",
  "bad-modifiers",
  "bad-field",
]);

/** Where in the text the value at `path` (or its key) stands, or the nearest thing around it that exists. */
function offsetOf(document: Document.Parsed, path: FaultPath, atKey: boolean): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1]!;
    if (isCollection(parent)) {
      const pair = parent.items.find((item) => keyText(item) === String(key));
      const keyRange = (pair as { key?: { range?: readonly number[] } } | undefined)?.key?.range;
      const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined;
      const range =
        length === path.length && keyRange !== undefined && (atKey || !isScalarNode(node))
          ? keyRange
          : (node?.range ?? keyRange);
      if (range !== undefined) return range[0]!;
    }
  }
  return document.contents?.range?.[0] ?? 0;
}

function isScalarNode(node: unknown): boolean {
  return node !== null && typeof node === "object" && "value" in node;
}

function keyText(item: unknown): string | undefined {
  const key = (item as { key?: { value?: unknown } }).key;
  return key === undefined ? undefined : String(key?.value ?? key);
}

function shownPath(path: FaultPath): string {
  return path.length === 0 ? "" : `${path.join(".")}: `;
}

function duplicateIds(rules: readonly Rule[]): readonly RuleFault[] {
  const first = new Map<string, Rule>();
  const faults: RuleFault[] = [];
  for (const rule of rules) {
    const earlier = first.get(rule.id);
    if (earlier === undefined) first.set(rule.id, rule);
    else {
      const message = `id: "${rule.id}" is taken by the rule at ${earlier.file}:${earlier.line}`;
      faults.push({ code: "duplicate-id", file: rule.file, line: rule.line, column: 1, message });
    }
  }
  return faults;
}
