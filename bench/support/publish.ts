/** The results: Markdown on stdout, and the same as JSON in a file. */
import { writeFile } from "node:fs/promises";
import { safeText } from "../../src/safe-text.ts";
import type { BenchServers } from "./bench-servers.ts";
import { machine } from "./machine.ts";
import { type Section, sectionText } from "./section.ts";

/** Resolves to the exit code: 1 when something does not hold. */
export async function publish(
  title: string,
  seed: number,
  servers: BenchServers,
  sections: readonly Section[],
  file: string | undefined,
): Promise<number> {
  const on = await machine(servers);
  const text = [`# ${title}`, `${on}; seed ${seed}`, ...sections.map(sectionText)].join("\n\n");
  process.stdout.write(`${safeText(text)}\n`);
  if (file !== undefined)
    await writeFile(file, `${JSON.stringify({ title, machine: on, seed, sections }, null, 2)}\n`);
  return sections.every(({ failures }) => failures.length === 0) ? 0 : 1;
}
