import { existsSync, readFileSync } from "node:fs";
import { describe } from "vitest";

const folder = new URL("../../../shared/data/", import.meta.url);

/** Lines of a recording that is kept outside of the repository. */
export function linesOf(path: string): readonly string[] {
  return readFileSync(new URL(path, folder), "utf8").split("\n").filter(Boolean);
}

/** Says on stderr which are not there. */
export function recordingsThere(paths: readonly string[]): boolean {
  const missing = paths.filter((path) => !existsSync(new URL(path, folder)));
  if (missing.length > 0) process.stderr.write(`\nSKIPPED: no recordings ${missing.join(", ")}\n`);
  return missing.length === 0;
}

/** A suite over recordings; where they are absent it shows up as skipped, by this name. */
export function describeWithRecordings(paths: readonly string[], name: string, suite: () => void): void {
  const missing = paths.filter((path) => !existsSync(new URL(path, folder)));
  if (missing.length === 0) describe(name, suite);
  else describe.skip(`${name} (no recordings: ${missing.join(", ")})`, suite);
}
