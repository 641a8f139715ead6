/** How bad an event or alert is, from least to most. */
export const severities = ["info", "low", "medium", "high", "critical"] as const;

export type Severity = (typeof severities)[number];

/** Narrows text to a severity; exact lower-case words only. */
export function isSeverity(text: unknown): text is Severity {
  return (severities as readonly unknown[]).includes(text);
}
