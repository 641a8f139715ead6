/**
 * Mapping files → one table of types for each source. Files of one's own come first, so that their entries decide where
 * both fit; those that ship lie in `mappings/`.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { ConfigError, messageOf } from "../../errors.ts";
import { type MappingDocument, mappingSchema } from "./mapping-schema.ts";
import { type TypeTable, typeTable } from "./type-table.ts";

export interface Mappings {
  /** Empty where no file names the source. */
  typesOf(source: string): TypeTable;
}

const shipped = join(import.meta.dirname, "../../../mappings");

/** Files and folders (their *.yml and *.yaml), then what ships. Throws ConfigError with every fault of every file. */
export function loadMappings(paths: readonly string[] = []): Mappings {
  const faults: string[] = [];
  const documents = [...paths, shipped].flatMap(filesAt).flatMap((file) => documentsIn(file, faults));
  if (faults.length > 0) throw new ConfigError(faults.join("\n"));
  const tables = new Map(
    [...Map.groupBy(documents, ({ source }) => source)].map(([source, own]) => [
      source,
      typeTable(own.flatMap(({ types }) => types)),
    ]),
  );
  const none = typeTable([]);
  return { typesOf: (source) => tables.get(source) ?? none };
}

function filesAt(path: string): readonly string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new ConfigError(`Cannot read mappings: the path must exist: current value is ${path}`);
  if (!stat.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

function documentsIn(file: string, faults: string[]): readonly MappingDocument[] {
  return parseAllDocuments(textOf(file), { uniqueKeys: true }).flatMap((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) {
      faults.push(`Cannot read mapping ${file}: ${fault.message.split("\n")[0]}`);
      return [];
    }
    const parsed = mappingSchema.safeParse(document.toJS({ maxAliasCount: 0 }));
    if (parsed.success) return [parsed.data];
    for (const { path, message } of parsed.error.issues)
      faults.push(`Cannot read mapping ${file}: ${[path.join("."), message].filter(Boolean).join(": ")}`);
    return [];
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(`Cannot read mapping: the file must be readable: ${messageOf(error)}`);
  }
}
