#!/usr/bin/env -S node --disable-warning=TimeoutNegativeWarning
/*
 * The program is TypeScript that Node runs as it is. This file alone is plain JavaScript, so that a Node that cannot do
 * that says so in a sentence and not in a stack. (The warning that is off comes from kafkajs's timers; it is harmless.)
 */
import module from "node:module";
import { join } from "node:path";
import process from "node:process";

const needed = 24;
const runsTypeScript = Boolean(process.features.typescript);

if (Number.parseInt(process.versions.node, 10) < needed || !runsTypeScript) {
  const found = `${process.version}${runsTypeScript ? "" : ", which does not run TypeScript"}`;
  process.stderr.write(
    `Cannot start corral: Node must be version ${needed} or newer, with type stripping on: current value is ${found} (${process.execPath}).\n` +
      `Run it through "npx corral …" or the scripts of package.json ("npm run corral -- …"): after "npm ci" they bring Node ${needed}.\n`,
  );
  process.exitCode = 3;
} else {
  // Kept beside the program and not in the temporary folder, where others could put code of theirs. Where nothing can be
  // written, nothing is kept.
  module.enableCompileCache(join(import.meta.dirname, "../.cache/compiled"));
  const { main } = await import("../src/cli/main.ts");
  process.exitCode = await main(process.argv.slice(2));
}
