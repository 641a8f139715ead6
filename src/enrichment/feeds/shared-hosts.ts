/** Hosts that serve everybody, from `lists/shared-hosts.txt`: a bad URL on one says nothing of its domain. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

let hosts: ReadonlySet<string> | null = null;

export function isSharedHost(domain: string): boolean {
  hosts ??= read();
  return hosts.has(domain);
}

function read(): ReadonlySet<string> {
  const text = readFileSync(join(import.meta.dirname, "../../../lists/shared-hosts.txt"), "utf8");
  return new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#")),
  );
}
