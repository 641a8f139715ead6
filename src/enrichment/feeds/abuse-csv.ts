/**
 * The CSV of abuse.ch: a banner of comments, the names of the columns as its last comment (or as the first row), rows in
 * quotes, some with a blank behind the comma, and a closing comment. Columns are added over time: only names count.
 */
import { InvalidMessage } from "../../errors.ts";
import type { JsonMap } from "../../events/security-event.ts";
import { csvRows } from "./csv-rows.ts";

/** One map per row, from column to cell. Throws InvalidMessage when no line names the column `needed`. */
export function abuseRows(text: string, needed: string): readonly JsonMap[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const header = lines.findIndex((line) => columnsOf(line).includes(needed));
  if (header < 0) {
    throw new InvalidMessage("no-header", `Cannot read feed: a line must name the column ${needed}`);
  }
  const columns = columnsOf(lines[header]!);
  const body = lines.slice(header + 1).filter((line) => !line.startsWith("#"));
  return csvRows(body, ",").map((row) =>
    Object.fromEntries(columns.map((name, n) => [name, row[n] ?? null])),
  );
}

function columnsOf(line: string): readonly string[] {
  const bare = line.replace(/^#\s*/, "");
  return bare.length < 2_000 && bare.includes(",") ? (csvRows([bare], ",")[0] ?? []) : [];
}
