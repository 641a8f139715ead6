/** What a push changes, in lines. */
import type { RuleChange, RulePlan } from "../app/rule-plan.ts";

/** One line each, and how many stay. */
export function changeLines({ changes, renewed, unchanged, moved }: RulePlan): readonly string[] {
  const stand = moved === 0 ? "" : ` (${moved} at another place in the files)`;
  return [
    ...changes.map(changeLine),
    ...renewed.map((key) => `renewed    ${key}: windows begin anew, as what it refers to has changed`),
    `unchanged  ${unchanged}${stand}`,
  ];
}

const effects = { windows: "windows begin anew", words: "words only", nothing: "nothing that it does" };

export function changeLine({ kind, key, before, after, effect }: RuleChange): string {
  const place = after ?? before!;
  const what = effect === null ? "" : `: ${effects[effect]}`;
  return `${kind.padEnd(9)}  ${key} (${place.file}:${place.line})${what}`;
}

export const halfAPush =
  "behind the last whole set lies half a push: running processes keep the set; run `corral rules push` again";
