/** SARIF 2.1.0 (OASIS): faults as errors, findings as warnings, for code scanning of any forge. */
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { CheckResult } from "../app/check-rule-files.ts";
import type { RuleFault } from "../errors.ts";
import { lints } from "../rules/lint/lints.ts";
import { version } from "../version.ts";

export function sarifLog({ faults, findings }: CheckResult): object {
  const codes = [...new Set([...lints, ...faults, ...findings].map(({ code }) => code))];
  const result = (level: "error" | "warning", fault: RuleFault): object => ({
    ruleId: fault.code,
    ruleIndex: codes.indexOf(fault.code),
    level,
    message: { text: fault.message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(fault.file) },
          region: { startLine: fault.line, startColumn: fault.column },
        },
      },
    ],
  });
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "corral",
            semanticVersion: version,
            rules: codes.map((id) => ({ id, shortDescription: { text: summaryOf(id) } })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: [
          ...faults.map((fault) => result("error", fault)),
          ...findings.map((finding) => result("warning", finding)),
        ],
      },
    ],
  };
}

function summaryOf(code: string): string {
  return lints.find((lint) => lint.code === code)?.summary ?? `Rule file: ${code.replaceAll("-", " ")}.`;
}

/** Relative to the folder the command was called in. */
function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file
    .split(/[\\/]/)
    .map((part) => encodeURIComponent(part))
    .join("/");
}
