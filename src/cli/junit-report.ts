/** Results of rule tests as JUnit XML, which every CI reads: a suite for each file, an error for a file with faults. */
import type { SuiteResult } from "../app/run-suites.ts";
import { formatFault } from "../errors.ts";

export function junitReport(results: readonly SuiteResult[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${results.map(suite).join("")}</testsuites>\n`;
}

function suite({ file, faults, tests }: SuiteResult): string {
  const failures = tests.filter(({ passed }) => !passed).length;
  const time = tests.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const counts = `tests="${tests.length + Math.min(1, faults.length)}" failures="${failures}" errors="${Math.min(1, faults.length)}"`;
  const broken =
    faults.length === 0
      ? ""
      : testCase(file, "loads", 0, element("error", faults.map(formatFault).join("\n")));
  const cases = tests.map(({ name, passed, differences, milliseconds }) =>
    testCase(file, name, milliseconds, passed ? "" : element("failure", differences.join("\n"))),
  );
  return `  <testsuite name="${escaped(file)}" ${counts} time="${seconds(time)}">\n${broken}${cases.join("")}  </testsuite>\n`;
}

function testCase(file: string, name: string, milliseconds: number, inside: string): string {
  const head = `    <testcase classname="${escaped(file)}" name="${escaped(name)}" time="${seconds(milliseconds)}"`;
  return inside === "" ? `${head}/>\n` : `${head}>\n${inside}    </testcase>\n`;
}

function element(kind: "error" | "failure", text: string): string {
  return `      <${kind} message="${escaped(text.split("\n")[0]!)}">${escaped(text)}</${kind}>\n`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(3);
}

// What XML 1.0 cannot carry at all, even escaped.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is meant
const unspeakable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

function escaped(text: string): string {
  return text
    .replace(unspeakable, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
