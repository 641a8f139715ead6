/** The results: Markdown on stdout, and the same as JSON in a file. */
import { writeFile } from "node:fs/promises";
import { safeText } from "../../src/safe-text.ts";
import { type Section, sectionText } from "./section.ts";

/** `machine`: what it was measured on. Resolves to the exit code: 1 when something does not hold. */
export async function publish(
  title: string,
  seed: number,
  machine: string,
  sections: readonly Section[],
  file: string | undefined,
): Promise<number> {
  const text = [`# ${title}`, `${machine}; seed ${seed}`, ...sections.map(sectionText)].join("\n\n");
  process.stdout.write(`${safeText(text)}\n`);
  if (file !== undefined)
    await writeFile(file, `${JSON.stringify({ title, machine, seed, sections }, null, 2)}\n`);
  return sections.every(({ failures }) => failures.length === 0) ? 0 : 1;
}
