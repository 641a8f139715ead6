/** A record of the rules topic (`schemas/rule-document.avsc`): one Avro record for both kinds. */
import type { JsonMap } from "../events/security-event.ts";
import type { RecordFormat } from "./codec.ts";
import { integer, text, word } from "./shape.ts";

/** One YAML document as it was written, and where: `line` of `file` is where `text` begins. */
export interface DocumentRecord {
  readonly kind: "document";
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** The end of a push: what the topic then holds. */
export interface SetRecord {
  readonly kind: "set";
  readonly count: number;
  readonly hash: string;
  /** Epoch milliseconds. */
  readonly pushed_at: number;
}

export type RuleRecord = DocumentRecord | SetRecord;

const nothing = {
  id: null,
  file: null,
  line: null,
  text: null,
  count: null,
  hash: null,
  pushed_at: null,
};

export const ruleDocument: RecordFormat<RuleRecord> = {
  schema: "rule-document",
  read: (fields) =>
    word(fields, "kind", isKind) === "set"
      ? {
          kind: "set",
          count: integer(fields, "count"),
          hash: text(fields, "hash"),
          pushed_at: integer(fields, "pushed_at"),
        }
      : {
          kind: "document",
          id: text(fields, "id"),
          file: text(fields, "file"),
          line: integer(fields, "line"),
          text: text(fields, "text"),
        },
  toAvro: (value) => ({ ...nothing, ...value }),
  fromAvro: (decoded) => decoded as JsonMap,
};

function isKind(value: unknown): value is RuleRecord["kind"] {
  return value === "document" || value === "set";
}
