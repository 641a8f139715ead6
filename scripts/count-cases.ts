import { existsSync, readFileSync } from "node:fs";

/**
 * Says how many random cases ran, out of vitest's JSON report: `node scripts/count-cases.ts REPORT`. A property states
 * its number of cases in its title, and passes only when it has run them all (test/correlation/assert-property.ts).
 */

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly title: string }[];
  }[];
}

const path = process.argv[2] ?? "";
const report = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Report) : { testResults: [] };
const counts = report.testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status === "passed")
  .flatMap(({ title }) => /\((\d+) cases\)$/.exec(title)?.slice(1) ?? [])
  .map(Number);
const cases = counts.reduce((sum, count) => sum + count, 0);
process.stdout.write(`${cases} property cases held, in ${counts.length} properties\n`);
