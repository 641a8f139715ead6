/** Results of rule tests for a terminal. */
import type { SuiteResult, Totals } from "../app/run-suites.ts";
import { formatFault } from "../errors.ts";
import { plural } from "./plural.ts";

export function suiteLines({ file, faults, tests }: SuiteResult): readonly string[] {
  return [
    file,
    ...faults.map((fault) => `  ${formatFault(fault)}`),
    ...tests.flatMap(({ name, passed, differences }) => [
      `  ${passed ? "✓" : "✗"} ${name}`,
      ...differences.map((line) => `      ${line}`),
    ]),
  ];
}

export function summaryLine({ passed, failed, faulty }: Totals): string {
  const faults = faulty === 0 ? "" : `, ${plural(faulty, "file")} with faults`;
  return `${passed} passed, ${failed} failed${faults}`;
}
