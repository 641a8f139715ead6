/** Pipelines from files: those named, or those that ship with the project (`pipelines/`). */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, messageOf, RuleError } from "../../errors.ts";
import { parseYamlDocuments, type RuleText } from "../yaml-documents.ts";
import { compilePipeline, type Pipeline } from "./pipeline.ts";

const folder = join(import.meta.dirname, "../../../pipelines");

/** Throws RuleError with every fault of every file. */
export function compilePipelines(texts: readonly RuleText[]): readonly Pipeline[] {
  const documents = texts.flatMap(parseYamlDocuments);
  const pipelines = documents.filter(({ value }) => value !== null).map(compilePipeline);
  const faults = documents.flatMap(({ faults }) => faults);
  if (faults.length > 0) throw new RuleError(faults);
  return pipelines.filter((pipeline) => pipeline !== null);
}

export function shippedPipelines(): readonly Pipeline[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".yml")) : [];
  return compilePipelines(
    names.sort().map((name) => ({ file: join(folder, name), text: textOf(join(folder, name)) })),
  );
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(`Cannot read pipelines: the file must be readable: ${messageOf(error)}`);
  }
}
