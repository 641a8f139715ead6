/** A Sigma document by its schema; null after its faults were reported. */
import type { z } from "zod";
import { parseWith } from "../report-issues.ts";
import type { YamlDocument } from "../yaml-documents.ts";
import type { FaultyEntry } from "./entry.ts";

export function parseDocument<T>(schema: z.ZodType<T>, document: YamlDocument): T | null {
  return parseWith(schema, document.value, document.fault);
}

/** What is left of one that could not be read, so that those that refer to it can say so. */
export function faultyEntry({ value }: YamlDocument): FaultyEntry {
  const { id, name } = value as Readonly<Record<string, unknown>>;
  return { kind: "faulty", names: [id, name].filter((each) => typeof each === "string") };
}
