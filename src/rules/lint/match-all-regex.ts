/** A regular expression that is found in every text: it asks only whether the field is there, at a high price. */
import { compileRegex } from "../predicate/regex.ts";
import type { Lint } from "./lint.ts";
import { regexesOf } from "./regexes.ts";

/** Single characters of many kinds: what is found in each of them is found in nearly any text. */
const probes = ["a", "Z", "0", " ", "-", "_", "/", ".", "~", "é", "中", "😀"];

export const matchAllRegex: Lint = {
  code: "match-all-regex",
  summary: "A regular expression matches every text.",
  check({ source }, report) {
    for (const { path, pattern, flags } of regexesOf(source)) {
      const regex = compileRegex(pattern, flags);
      if ("fault" in regex || !probes.every((text) => regex.test(text))) continue;
      report(path, `"${pattern}" is found in every text; "field|exists: true" asks for the field alone`);
    }
  },
};
