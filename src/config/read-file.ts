import { readFileSync } from "node:fs";
import { isMap, isScalar, LineCounter, type Node, type ParsedNode, parseDocument } from "yaml";
import { messageOf } from "../errors.ts";
import { nearestName } from "./nearest-name.ts";
import type { FoundValue, Reading } from "./reading.ts";
import { faultText } from "./reading.ts";
import { settingList } from "./settings.ts";

const paths = new Set(settingList.map(({ path }) => path));
const sections = new Set([...paths].flatMap(sectionsAbove));

/** Takes the settings of a YAML file. A setting or section with nothing behind it is unset. */
export function readFile(file: string): Reading {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return { found: new Map(), faults: [`Cannot read the settings: ${messageOf(error)}`] };
  }
  return readYaml(text, file);
}

/** The same for its text; `file` names it in messages. */
export function readYaml(text: string, file: string): Reading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `file ${file}:${line}:${col}`;
  };
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    const faults = broken.map(({ message, pos }) => faultText("the settings", at(pos[0]), message));
    return { found: new Map(), faults };
  }

  const found = new Map<string, FoundValue>();
  const faults: string[] = [];
  visit(document.contents, "");
  return { found, faults };

  function visit(node: ParsedNode | null, above: string): void {
    if (node === null || (isScalar(node) && node.value === null)) return;
    if (!isMap(node)) {
      faults.push(faultText(above || "the settings", at(node.range[0]), "must be a map of settings"));
      return;
    }
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : String(key);
      const path = above === "" ? name : `${above}.${name}`;
      if (paths.has(path) && !name.includes(".")) take(path, value);
      else if (sections.has(path)) visit(value, path);
      else faults.push(faultText(path, at(key.range[0]), unknownName(path, name)));
    }
  }

  function take(path: string, node: ParsedNode | null): void {
    if (node === null) return;
    const origin = at(node.range[0]);
    try {
      const value = plain(node);
      if (value !== null) found.set(path, { value, origin });
    } catch {
      faults.push(faultText(path, origin, "must be written out, without YAML aliases"));
    }
  }

  /** Aliases are refused: nested ones make gigabytes of a few lines. */
  function plain(node: Node): unknown {
    return node.toJS(document, { maxAliasCount: 0 });
  }
}

/** `a` and `a.b` for `a.b.c`. */
function sectionsAbove(path: string): readonly string[] {
  const names = path.split(".");
  return names.slice(1).map((_, at) => names.slice(0, at + 1).join("."));
}

function unknownName(path: string, name: string): string {
  if (paths.has(path) && name.includes(".")) return "must be nested, one level for each dot";
  const nearest = nearestName(path, [...paths, ...sections]);
  return `there is no such setting${nearest === null ? "" : `; nearest is ${nearest}`}`;
}
