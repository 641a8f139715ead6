/**
 * The documents of a YAML file as plain values that still know where each of their parts stands, so that whoever finds a
 * fault in a value names it by its path and it is reported by line and column.
 */
import { isDeepStrictEqual } from "node:util";
import { type Alias, type Document, isCollection, LineCounter, parseAllDocuments, visit } from "yaml";
import type { RuleFault } from "../errors.ts";

export type FaultPath = readonly (string | number)[];

export interface RuleText {
  readonly file: string;
  readonly text: string;
  /** Line of the file on which the text begins; default: 1. */
  readonly line?: number;
}

export interface YamlDocument {
  readonly file: string;
  /** Line on which it begins. */
  readonly line: number;
  /** Null for an empty document, and for one that cannot be read: then it has faults. */
  readonly value: unknown;
  /** In order of discovery. */
  readonly faults: readonly RuleFault[];
  readonly warnings: readonly RuleFault[];
  readonly fault: (path: FaultPath, code: string, message: string) => void;
  readonly warn: (path: FaultPath, code: string, message: string) => void;
  /** Where the key of a part stands. */
  readonly placeOf: (path: FaultPath) => { readonly line: number; readonly column: number };
}

export function parseYamlDocuments({ file, text, line: first = 1 }: RuleText): readonly YamlDocument[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true });
  const place = (offset: number): Pick<RuleFault, "line" | "column"> => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1) + first - 1, column: Math.max(col, 1) };
  };
  return (documents as readonly Document.Parsed[]).map((document) =>
    yamlDocument(document, file, text, place),
  );
}

function yamlDocument(
  document: Document.Parsed,
  file: string,
  whole: string,
  place: (offset: number) => Pick<RuleFault, "line" | "column">,
): YamlDocument {
  const faults: RuleFault[] = [];
  const warnings: RuleFault[] = [];
  const into =
    (list: RuleFault[]) =>
    (path: FaultPath, code: string, message: string): void => {
      const at = place(offsetOf(document, path, aboutKeys.has(code)));
      const found = { code, file, ...at, message: `${shownPath(path)}${message}` };
      // A part that several rules use is compiled for each of them.
      if (!list.some((known) => isDeepStrictEqual(known, found))) list.push(found);
    };
  const unreadable = (offset: number, message: string): void => {
    faults.push({ code: "yaml", file, ...place(offset), message });
  };
  if (whole.includes("\0")) unreadable(0, "the file must be text in UTF-8: it holds bytes of value 0");
  for (const error of document.errors) unreadable(error.pos[0], withoutPlace(error.message));
  const alias = firstAlias(document);
  if (alias !== null) {
    const message = `aliases are not allowed, a few lines of them stand for gigabytes: found *${alias.source}`;
    unreadable(alias.range![0], message);
  }
  const value: unknown = faults.length === 0 ? document.toJS({ maxAliasCount: 0 }) : null;
  const { line } = place(document.contents?.range?.[0] ?? 0);
  const placeOf = (path: FaultPath) => place(offsetOf(document, path, true));
  return { file, line, value, faults, warnings, fault: into(faults), warn: into(warnings), placeOf };
}

/** The parser's message without the place in the text, which may be a part of the file, and without the excerpt. */
function withoutPlace(message: string): string {
  return message.split("\n")[0]!.replace(/ at line \d+, column \d+:$/, "");
}

function firstAlias(document: Document.Parsed): Alias.Parsed | null {
  let found: Alias.Parsed | null = null;
  visit(document, {
    Alias: (_key, alias) => {
      found = alias as Alias.Parsed;
      return visit.BREAK;
    },
  });
  return found;
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
