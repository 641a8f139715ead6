import type { EventDraft } from "../source.ts";

/** Names of one thing: rules and Sigma's pipelines ask for either, producers and mappings say either. */
const otherNames: readonly (readonly [name: string, from: string])[] = [
  ["exe", "binary"],
  ["binary", "exe"],
  ["command_line", "cmdline"],
  ["cmdline", "command_line"],
];

/** The draft with the other name beside the one that it has; what a producer said under its own name stays. */
export function bothNames(draft: EventDraft): EventDraft {
  const { details } = draft;
  let others: Record<string, string> | null = null;
  for (const [name, from] of otherNames) {
    const value = details[from];
    if (typeof value !== "string" || Object.hasOwn(details, name)) continue;
    others ??= {};
    others[name] = value;
  }
  return others === null ? draft : { ...draft, details: { ...others, ...details } };
}
