import { existsSync, readFileSync } from "node:fs";

/**
 * Sums vitest's JSON reports: `node scripts/count-tests.ts REPORT…` prints `PASSED FAILED` on stdout. A file that
 * failed before its tests ran, or whose hooks failed, counts as one failed test; so does a report that is not there.
 */

interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

let passed = 0;
let failed = 0;
for (const path of process.argv.slice(2)) {
  if (!existsSync(path)) {
    failed++;
    continue;
  }
  const report = JSON.parse(readFileSync(path, "utf8")) as Report;
  for (const { status, assertionResults } of report.testResults) {
    const failures = assertionResults.filter((result) => result.status === "failed").length;
    passed += assertionResults.filter((result) => result.status === "passed").length;
    failed += status === "failed" ? Math.max(1, failures) : failures;
  }
}
process.stdout.write(`${passed} ${failed}\n`);
