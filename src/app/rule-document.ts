/** A rule document of the rules topic, and the hash by which a set of them is known. */
import { createHash } from "node:crypto";
import type { SetRecord } from "../codec/rule-document.ts";

export interface RuleDocument {
  /** The rule's id; of a shadow `<id>@shadow`. */
  readonly key: string;
  readonly id: string;
  readonly file: string;
  /** Line of the file on which the text begins. */
  readonly line: number;
  readonly text: string;
  /** SHA-256 of the text, hexadecimal. */
  readonly hash: string;
}

/** By key. */
export type RuleDocuments = ReadonlyMap<string, RuleDocument>;

/** The key of the record that ends a push. */
export const setKey = "@set";

export function textHash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What the push says at its end. */
export function setOf(documents: RuleDocuments, pushedAt: number): SetRecord {
  return { kind: "set", count: documents.size, hash: setHash(documents), pushed_at: pushedAt };
}

/** See `hash` in `schemas/rule-document.avsc`. */
export function setHash(documents: RuleDocuments): string {
  const lines = [...documents.values()].map(({ key, hash }) => `${key} ${hash}`).sort(compare);
  return textHash(lines.join("\n"));
}

/** By file and place: the same for everybody, whatever was pushed first. */
export function inFileOrder(documents: RuleDocuments): readonly RuleDocument[] {
  return [...documents.values()].sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || compare(a.key, b.key),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
