import type { ExplainedInstant } from "./explain-instant.ts";

/** `✗ login  1 × login (≥ 2): 1 missing`, a line for each condition, and one for how they are joined. */
export function instantLines({ conditions, match, satisfied }: ExplainedInstant): readonly string[] {
  const rows = conditions.map(({ name, met, phrase, missing }) => ({
    name,
    met,
    text: `${phrase}${missing === null ? "" : `: ${missing}`}`,
  }));
  if (match !== null) rows.push({ name: "match", met: satisfied, text: match });
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows.map(({ name, met, text }) => `${met ? "✓" : "✗"} ${name.padEnd(width)}  ${text}`);
}
