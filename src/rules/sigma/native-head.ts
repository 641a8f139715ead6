/** What a Sigma document says about itself, in the words of a native rule (semantics 8). */
import type { Severity } from "../../events/severity.ts";
import type { DetectionDocument } from "./documents.ts";

type Head = Pick<
  DetectionDocument,
  "title" | "id" | "name" | "description" | "author" | "level" | "tags" | "falsepositives"
>;

const severities: Readonly<Record<string, Severity>> = {
  informational: "info",
  low: "low",
  medium: "medium",
  high: "high",
  critical: "critical",
};

/** Keys of a native rule document; its `id` is a stand-in, see `ruleId`. */
export function nativeHead(head: Head) {
  return {
    id: word(ruleId(head)),
    name: head.title,
    description: descriptionOf(head),
    severity: severities[head.level ?? "none"] ?? "medium",
    tags: head.tags,
  };
}

/** Sigma's id, else its name, else its title, with only such characters as ids have: a UUID stays as it is. */
export function ruleId({ id, name, title }: Pick<Head, "id" | "name" | "title">): string {
  return (id ?? name ?? title).toLowerCase().replace(/[^a-z0-9_-]+/g, "_");
}

/** What else the rule may be called by: its id and name as they are written. */
export function knownAs({ id, name }: Pick<Head, "id" | "name">): readonly string[] {
  return [id, name].filter((each) => each !== undefined);
}

/** A text as a name that conditions can have: `Denied request` → `denied_request`. */
export function word(text: string): string {
  const letters = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return /^[a-z]/.test(letters) ? letters : `rule_${letters}`;
}

/** Sigma's authors are named wherever their rules are used. */
function descriptionOf({ description, falsepositives, author }: Head): string {
  const parts = [
    description?.trim(),
    falsepositives.length === 0 ? undefined : `False positives: ${falsepositives.join("; ")}`,
    author === undefined || author === null ? undefined : `Author: ${author}`,
  ];
  return parts.filter((part) => part !== undefined && part !== "").join("\n");
}
