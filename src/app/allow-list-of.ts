/** The setting `indicators.allow` → the list that is looked at: entries, and `file:PATH` with one entry a line. */
import { readFileSync } from "node:fs";
import { AllowList } from "../enrichment/allow-list.ts";
import { ConfigError, messageOf } from "../errors.ts";

/** Throws ConfigError with every entry that is neither domain nor address nor network. */
export function allowListOf(entries: readonly string[]): AllowList {
  const list = new AllowList();
  const faults: string[] = [];
  for (const { text, place } of entries.flatMap(expanded)) {
    if (!list.add(text)) {
      faults.push(
        `Cannot read indicators.allow: ${place} must be a domain, an address, a network or file:PATH: current value is ${text.slice(0, 100)}`,
      );
    }
  }
  if (faults.length > 0) throw new ConfigError(faults.join("\n"));
  return list;
}

interface Entry {
  readonly text: string;
  readonly place: string;
}

function expanded(entry: string): readonly Entry[] {
  if (!entry.startsWith("file:")) return [{ text: entry, place: "an entry" }];
  const file = entry.slice("file:".length);
  return linesOf(file).flatMap((line, n) => {
    const text = line.replace(/#.*/, "").trim();
    return text === "" ? [] : [{ text, place: `${file}:${n + 1}` }];
  });
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/);
  } catch (error) {
    throw new ConfigError(`Cannot read indicators.allow: the file must be readable: ${messageOf(error)}`);
  }
}
