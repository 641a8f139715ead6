/**
 * Per condition of a rule the field paths that it reads, from the rule's source. None are known of Sigma's rules, and of
 * rules that are in no file.
 */
import { existsSync } from "node:fs";

import { conditionsOf, demandsOf, isMap, itemsOf, stepsOf } from "../rules/lint/rule-parts.ts";
import { readRuleFile } from "../rules/load-rules.ts";
import type { Rule } from "../rules/rule.ts";
import { parseYamlDocuments } from "../rules/yaml-documents.ts";
import type { FieldsOfConditions } from "./explain-instant.ts";

export function conditionFields(rule: Rule): FieldsOfConditions {
  if (!existsSync(rule.file)) return [];
  const document = parseYamlDocuments(readRuleFile(rule.file)).find(({ line }) => line === rule.line);
  const source = document?.value;
  if (!isMap(source) || source.id !== rule.id) return [];
  const common = source.where === undefined ? [] : [{ path: ["where"], value: source.where }];
  return conditionsOf(source).map((part) => {
    const { field } = part.value;
    const own = typeof field === "string" ? [field] : Array.isArray(field) ? (field as string[]) : [];
    const asked = [...common, ...demandsOf(part), ...stepsOf(part)]
      .flatMap(itemsOf)
      .filter(({ key }) => key.field !== "" && !key.neq && key.comparison !== "exists")
      .map(({ key }) => key.field);
    return [...new Set([...own, ...asked])];
  });
}
