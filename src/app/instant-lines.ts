import type { ExplainedInstant } from "./explain-instant.ts";

/** `✗ login  1 × login (≥ 2): 1 missing`, a line for each condition. */
export function instantLines({ conditions }: ExplainedInstant): readonly string[] {
  const width = Math.max(...conditions.map(({ name }) => name.length));
  return conditions.map(
    ({ name, met, phrase, missing }) =>
      `${met ? "✓" : "✗"} ${name.padEnd(width)}  ${phrase}${missing === null ? "" : `: ${missing}`}`,
  );
}
