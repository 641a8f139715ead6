/**
 * Mapping files → one table of types for each source, and the sources that they describe themselves. Files of one's own
 * come first, so that their entries decide where both fit; those that ship lie in `mappings/`.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Document, isNode, LineCounter, parseAllDocuments } from "yaml";
import { ConfigError, messageOf } from "../../errors.ts";
import { type MappingDocument, mappingSchema } from "./mapping-schema.ts";
import type { OwnSource } from "./own-source.ts";
import { type TypeEntry, type TypeTable, typeTable } from "./type-table.ts";

export interface Mappings {
  /** Empty where no file names the source. */
  typesOf(source: string): TypeTable;
  /** In the order in which they are tried. */
  readonly own: readonly OwnSource[];
}

const shipped = join(import.meta.dirname, "../../../mappings");

/**
 * Files and folders (their *.yml and *.yaml), then what ships. `builtIn`: names that sources of one's own must not have.
 * Throws ConfigError with every fault of every file.
 */
export function loadMappings(paths: readonly string[] = [], builtIn: readonly string[] = []): Mappings {
  const faults: string[] = [];
  const given = paths.flatMap((path) => filesAt(path, faults)).flatMap((file) => documentsIn(file, faults));
  const ships = filesAt(shipped, faults).flatMap((file) => documentsIn(file, faults));
  const described = given.filter(({ value }) => value.recognise !== undefined);
  const known = new Set([...builtIn, ...[...ships, ...described].map(({ value }) => value.source)]);
  for (const { value, fault } of given) {
    const { source, recognise } = value;
    if (recognise !== undefined && builtIn.includes(source))
      fault(["source"], `"${source}" ships with Corral; a source of one's own needs another name`);
    if (!known.has(source))
      fault(
        ["source"],
        `"${source}" is no source: known are ${[...known].toSorted((a, b) => (a < b ? -1 : 1)).join(", ")}`,
      );
  }
  for (const read of [...given, ...ships]) checkFacts(read, ships);
  if (faults.length > 0) throw new ConfigError(faults.join("\n"));
  const tables = new Map(
    [...Map.groupBy([...given, ...ships], ({ value }) => value.source)].map(([source, own]) => [
      source,
      typeTable(own.flatMap(({ entries }) => entries)),
    ]),
  );
  const none = typeTable([]);
  return {
    typesOf: (source) => tables.get(source) ?? none,
    own: described.map(({ value }) => value as OwnSource),
  };
}

/** What ships says which facts its events offer; an entry that asks for another would never fit. */
function checkFacts({ value, entries, fault }: Read, ships: readonly Read[]): void {
  const facts = ships.find((each) => each.value.source === value.source)?.value.facts;
  if (facts === undefined || value.recognise !== undefined) return;
  for (const [index, { when }] of entries.entries()) {
    for (const key of Object.keys(when).filter((each) => !facts.includes(each))) {
      const known = facts.toSorted((a, b) => (a < b ? -1 : 1)).join(", ");
      fault(["types", index, key], `events of ${value.source} have no "${key}": known are ${known}`);
    }
  }
}

function filesAt(path: string, faults: string[]): readonly string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    faults.push(`Cannot read mappings: the path must exist: current value is ${path}`);
    return [];
  }
  if (!stat.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

interface Read {
  readonly value: MappingDocument;
  readonly entries: readonly TypeEntry[];
  readonly fault: (path: Path, message: string) => void;
}

type Path = readonly (string | number)[];

function documentsIn(file: string, faults: string[]): readonly Read[] {
  const lines = new LineCounter();
  const text = textOf(file, faults);
  return parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true }).flatMap((document) => {
    const fault = (path: Path, message: string): void => {
      const part = path.length === 0 ? "" : `${path.join(".")}: `;
      faults.push(`Cannot read mapping ${file}:${lineOf(document, path, lines)}: ${part}${message}`);
    };
    for (const { message, pos } of document.errors)
      faults.push(`Cannot read mapping ${file}:${lines.linePos(pos[0]).line}: ${message.split("\n")[0]}`);
    if (document.errors.length > 0) return [];
    const parsed = mappingSchema.safeParse(plain(document, fault));
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues) fault(path as Path, message);
      return [];
    }
    const { data } = parsed;
    const entries = data.types.map(({ type, severity, ...when }, index) => ({
      type,
      severity,
      when: when as TypeEntry["when"],
      place: { file, line: lineOf(document, ["types", index], lines), entry: index + 1 },
    }));
    return [{ value: data, entries, fault }];
  });
}

function plain(document: Document, fault: (path: Path, message: string) => void): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    fault([], `aliases are not allowed: ${messageOf(error)}`);
    return null;
  }
}

/** Of the part at `path`, or of the nearest one around it that exists. */
function lineOf(document: Document, path: Path, lines: LineCounter): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return Math.max(lines.linePos(node.range[0]).line, 1);
  }
  return 1;
}

function textOf(file: string, faults: string[]): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    faults.push(`Cannot read mapping: the file must be readable: ${messageOf(error)}`);
    return "";
  }
}
