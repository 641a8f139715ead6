/** A Sigma document by its schema; null after its faults were reported. */
import type { z } from "zod";
import { reportIssues } from "../compile-rule.ts";
import type { YamlDocument } from "../yaml-documents.ts";
import type { FaultyEntry } from "./entry.ts";

export function parseDocument<T>(schema: z.ZodType<T>, document: YamlDocument): T | null {
  const result = schema.safeParse(document.value);
  if (result.success) return result.data;
  reportIssues(result.error, document.value, [], document, schema);
  return null;
}

/** What is left of one that could not be read, so that those that refer to it can say so. */
export function faultyEntry({ value }: YamlDocument): FaultyEntry {
  const { id, name } = value as Readonly<Record<string, unknown>>;
  return { kind: "faulty", names: [id, name].filter((each) => typeof each === "string") };
}
