/**
 * The documents of a YAML file as texts of their own, each with the line of the file on which it begins. Together they
 * are the whole file but for blank lines at their ends and for the `---` lines before them; comments above the first
 * document are part of it.
 */
import { type Document, parseAllDocuments } from "yaml";
import type { RuleText } from "./yaml-documents.ts";

/** A text whose YAML is at fault comes back whole: where its documents end cannot be told. Empty ones are left out. */
export function splitDocuments(whole: RuleText): readonly RuleText[] {
  const { text } = whole;
  const documents = parseAllDocuments(text) as readonly Document.Parsed[];
  if (documents.some(({ errors }) => errors.length > 0)) return [whole];
  let from = 0;
  return documents.flatMap((document, index): readonly RuleText[] => {
    const to = index === documents.length - 1 ? text.length : document.range[2];
    const start = from;
    from = to;
    return isEmpty(document) ? [] : [trimmed(whole, start, to)];
  });
}

function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || ("value" in contents && contents.value === null);
}

function trimmed({ file, text, line = 1 }: RuleText, from: number, to: number): RuleText {
  const part = text.slice(from, to);
  const [ahead] = /^(?:[ \t]*\r?\n)*(?:---[ \t]*\r?\n(?:[ \t]*\r?\n)*)?/.exec(part)!;
  return {
    file,
    text: withoutBlankEnd(part.slice(ahead.length)),
    line: line + newlines(text.slice(0, from)) + newlines(ahead),
  };
}

/** A block scalar that keeps its line ends (`|+`) may be the last of the document. */
function withoutBlankEnd(text: string): string {
  return /[|>]\d?\+/.test(text) ? text : `${text.trimEnd()}\n`;
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}
