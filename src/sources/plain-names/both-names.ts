import type { EventDraft } from "../source.ts";

/** Names of one thing: rules and Sigma's pipelines ask for either, producers and mappings say either. */
const pairs = [
  ["exe", "binary"],
  ["command_line", "cmdline"],
] as const;

/** The draft with the other name beside the one that it has; what a producer said under its own name stays. */
export function bothNames(draft: EventDraft): EventDraft {
  const others = pairs.flatMap(([one, other]) => [
    ...missing(draft, one, other),
    ...missing(draft, other, one),
  ]);
  if (others.length === 0) return draft;
  return { ...draft, details: { ...Object.fromEntries(others), ...draft.details } };
}

function missing(
  { details }: EventDraft,
  name: string,
  from: string,
): readonly (readonly [string, string])[] {
  const value = Object.hasOwn(details, from) && !Object.hasOwn(details, name) ? details[from] : null;
  return typeof value === "string" ? [[name, value]] : [];
}
