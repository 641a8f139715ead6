/** Rule files as the documents that a push makes of them, and what keeps one of them from being pushed. */
import type { RuleFault } from "../errors.ts";
import { documentHead, documentKey } from "../rules/document-head.ts";
import { type RuleText, readRuleFile, ruleFiles } from "../rules/load-rules.ts";
import { splitDocuments } from "../rules/split-documents.ts";
import { parseYamlDocuments } from "../rules/yaml-documents.ts";
import { type RuleDocument, type RuleDocuments, textHash } from "./rule-document.ts";

export interface LocalDocuments {
  readonly documents: RuleDocuments;
  /** Texts that have no key of their own: they cannot be pushed, but their faults are to be told. */
  readonly others: readonly RuleText[];
  readonly faults: readonly RuleFault[];
}

/** Brokers take records of a megabyte; a little is left for what is around the text. */
const maxBytes = 900_000;

/** Throws ConfigError when a path cannot be read. */
export function localDocuments(paths: readonly string[]): LocalDocuments {
  const documents = new Map<string, RuleDocument>();
  const others: RuleText[] = [];
  const faults: RuleFault[] = [];
  for (const text of paths.flatMap(ruleFiles).map(readRuleFile).flatMap(splitDocuments)) {
    const { document, fault } = documentOf(text, documents);
    if (document === null) others.push(text);
    else documents.set(document.key, document);
    if (fault !== null) faults.push(fault);
  }
  return { documents, others, faults };
}

interface Outcome {
  readonly document: RuleDocument | null;
  readonly fault: RuleFault | null;
}

function documentOf(whole: RuleText, before: RuleDocuments): Outcome {
  const { file, text, line = 1 } = whole;
  const [parsed, ...more] = parseYamlDocuments(whole);
  if (parsed === undefined || more.length > 0) return { document: null, fault: null };
  const head = documentHead(parsed.value);
  const key = documentKey(head);
  const refused = (code: string, message: string): Outcome => ({
    document: null,
    fault: { code, file, line: parsed.line, column: 1, message },
  });
  if (key === null) {
    // What else lacks an id has been told so by its schema.
    if (head.kind !== "field mapping") return { document: null, fault: null };
    return refused("missing-name", "name: a field mapping must have one to be pushed");
  }
  const earlier = before.get(key);
  if (earlier !== undefined)
    return refused(
      "duplicate-id",
      `id: "${key}" is taken by the document at ${earlier.file}:${earlier.line}`,
    );
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes)
    return refused("too-large", `a document may have ${maxBytes} bytes to be pushed: this has ${bytes}`);
  return { document: { key, id: head.id!, file, line, text, hash: textHash(text) }, fault: null };
}
