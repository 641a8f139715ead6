/** Any CSV: values of one column, as MISP's feed settings describe them (`value`, `delimiter`). Lines with `#` are comments. */
import { InvalidMessage } from "../../errors.ts";
import type { FeedFormat } from "./candidate.ts";
import { csvRows } from "./csv-rows.ts";
import { said } from "./json.ts";

export const csv: FeedFormat = function* (text, { value, delimiter }) {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const rows = csvRows(
    lines.filter((line) => !line.startsWith("#")),
    delimiter,
  );
  const named = typeof value === "string";
  const column = named ? (rows[0] ?? []).findIndex((name) => name.trim() === value) : value - 1;
  if (column < 0 && rows.length > 0) {
    throw new InvalidMessage(
      "no-header",
      `Cannot read feed: the first row must name the column ${value}: current value is ${rows[0]!.join(delimiter).slice(0, 200)}`,
    );
  }
  for (const row of named ? rows.slice(1) : rows) {
    const cell = said(row[column]);
    yield cell === null ? { refused: "no-value", value: "" } : { type: "any", value: cell };
  }
};
