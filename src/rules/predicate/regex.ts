import { RE2JS, RE2JSException, RE2JSSyntaxException } from "re2js";

/** A compiled regular expression that only answers yes or no. */
export interface Regex {
  /** Whether the pattern is found anywhere in the text; case counts unless the flag `i` is given. */
  readonly test: (text: string) => boolean;
}

const flagBits: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
};

// What RE2JS names as the culprit when the pattern asks for what no linear-time engine can do.
const needsBacktracking = /^(?:\(\?<?[=!>]|\\[1-9k])/;

/**
 * Compiles a pattern of RE2's syntax (github.com/google/re2/wiki/Syntax), which runs in linear time whatever the text:
 * patterns come from rules, texts from attackers. `flags` is any of `i`, `m` and `s` together.
 */
export function compileRegex(pattern: string, flags = ""): Regex | { readonly fault: string } {
  try {
    const bits = [...flags].reduce((sum, flag) => sum | (flagBits[flag] ?? 0), 0);
    const regex = RE2JS.compile(pattern, bits);
    return { test: (text) => regex.test(text) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { fault: `Cannot compile the regular expression: ${reason(error)}: current value is ${pattern}` };
  }
}

function reason(error: RE2JSException): string {
  if (!(error instanceof RE2JSSyntaxException)) return error.message;
  const culprit = error.getPattern() ?? "";
  if (needsBacktracking.test(culprit)) {
    return `look-around and back-references are not supported (RE2 syntax), found at ${culprit}`;
  }
  return culprit === "" ? error.getDescription() : `${error.getDescription()} at ${culprit}`;
}
