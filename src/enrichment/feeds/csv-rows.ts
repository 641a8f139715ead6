/** CSV → rows of cells, forgiving: blanks before a cell, rows of other lengths; a row with broken quotes is no row. */
import { parse } from "csv-parse/sync";

export function csvRows(text: string, delimiter: string): readonly (readonly string[])[] {
  return parse(text, {
    delimiter,
    ltrim: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
  });
}
