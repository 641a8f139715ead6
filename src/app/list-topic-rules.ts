/** `corral rules list`: the live set, document by document. */
import type { SetRecord } from "../codec/rule-document.ts";
import type { Severity } from "../events/severity.ts";
import { type DocumentHead, documentHead } from "../rules/document-head.ts";
import type { LoadOptions } from "../rules/load-rules.ts";
import { ruleSet } from "../rules/rule-set.ts";
import { parseYamlDocuments } from "../rules/yaml-documents.ts";
import { compileDocuments } from "./compile-documents.ts";
import { inFileOrder, type RuleDocument } from "./rule-document.ts";
import type { RulesTopicState } from "./rules-topic.ts";

export interface ListedRule {
  readonly id: string;
  readonly name: string;
  readonly kind: DocumentHead["kind"];
  /** Null, as is `version`, for what raises nothing by itself or does not compile here. */
  readonly severity: Severity | null;
  readonly mode: DocumentHead["mode"] | "disabled";
  readonly file: string;
  readonly line: number;
  readonly version: string | null;
}

export interface ListedSet {
  /** In order of their ids. */
  readonly rules: readonly ListedRule[];
  /** The last whole set; null: there is none. */
  readonly set: SetRecord | null;
  /** As running processes name it; null where it does not compile with the settings of here. */
  readonly version: string | null;
}

/** `load`: the calendar and the lists of here. */
export function listTopicRules({ last }: Pick<RulesTopicState, "last">, load: LoadOptions): ListedSet {
  if (last === null) return { rules: [], set: null, version: null };
  const { rules, faults } = compileDocuments(last.documents, load);
  const listed = inFileOrder(last.documents).map((document): ListedRule => {
    const { name, kind, mode } = headOf(document);
    const rule = rules.get(document.key);
    return {
      id: document.id,
      name,
      kind,
      severity: rule?.severity ?? null,
      mode: rule?.enabled === false ? "disabled" : mode,
      file: document.file,
      line: document.line,
      version: rule?.version ?? null,
    };
  });
  return {
    rules: listed.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
    set: last.set,
    version: faults.length === 0 ? ruleSet([...rules.values()]).version : null,
  };
}

function headOf(document: RuleDocument): DocumentHead {
  return documentHead(parseYamlDocuments(document)[0]?.value);
}
