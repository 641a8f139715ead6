/**
 * The longest text that a match of a pattern surely seems to hold, as far as a glance tells: runs of plain characters
 * outside of classes, none of them optional. Enough to tell `xmrig|minerd` from `\d+`.
 */
export function longestLiteral(pattern: string): string {
  const runs: string[] = [];
  let run = "";
  const end = (): void => {
    runs.push(run);
    run = "";
  };
  for (const [token = ""] of pattern.matchAll(
    /\\[pP]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[\d,]+\}|\(\?[a-zA-Z<>:-]*|./gs,
  )) {
    if (/^(?:[*?]|\{0?,?\d*\})$/.test(token) || token.startsWith("{0")) {
      run = run.slice(0, -1);
      end();
    } else if (/^\\[^a-zA-Z0-9]$/.test(token)) run += token[1];
    else if (token.length > 1 || /[.^$|()+{]/.test(token)) end();
    else run += token;
  }
  end();
  return runs.reduce((longest, each) => (each.length > longest.length ? each : longest), "");
}

/** Whether matching begins at a fixed place. */
export function isAnchored(pattern: string): boolean {
  return /^(?:\(\?[a-z]+\))?(?:\^|\\A)/.test(pattern) || /(?:^|[^\\])(?:\$|\\z)$/.test(pattern);
}
