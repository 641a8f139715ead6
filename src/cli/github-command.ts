/** A workflow command of GitHub Actions, which shows a fault at its line (docs.github.com, "Workflow commands"). */
import type { RuleFault } from "../errors.ts";

export function githubCommand(level: "error" | "warning", fault: RuleFault): string {
  const { file, line, column, code, message } = fault;
  const properties = `file=${property(file)},line=${line},col=${column},title=${property(code)}`;
  return `::${level} ${properties}::${escaped(message)}`;
}

function escaped(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return escaped(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
