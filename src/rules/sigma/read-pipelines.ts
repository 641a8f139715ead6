/** Pipelines from files: those named, or those that ship with the project (`pipelines/`). */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, messageOf, RuleError } from "../../errors.ts";
import { parseYamlDocuments } from "../yaml-documents.ts";
import { compilePipeline, type Pipeline } from "./pipeline.ts";

const folder = join(import.meta.dirname, "../../../pipelines");

/** Throws RuleError with every fault of every file, ConfigError when one cannot be read. */
export function readPipelines(files: readonly string[]): readonly Pipeline[] {
  const documents = files.flatMap((file) => parseYamlDocuments({ file, text: textOf(file) }));
  const pipelines = documents.filter(({ value }) => value !== null).map(compilePipeline);
  const faults = documents.flatMap(({ faults }) => faults);
  if (faults.length > 0) throw new RuleError(faults);
  return pipelines.filter((pipeline) => pipeline !== null);
}

export function shippedPipelines(): readonly Pipeline[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".yml")) : [];
  return readPipelines(names.sort().map((name) => join(folder, name)));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(`Cannot read pipelines: the file must be readable: ${messageOf(error)}`);
  }
}
