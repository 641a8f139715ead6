/** What a rule document is called and what it is, by its raw value: also of one that does not compile. */
import { sigmaKind } from "./sigma/compile-sigma.ts";
import { ruleId } from "./sigma/native-head.ts";

export interface DocumentHead {
  /** Null where it says none. */
  readonly id: string | null;
  readonly name: string;
  readonly kind: "rule" | "sigma rule" | "correlation" | "filter" | "field mapping";
  readonly mode: "live" | "shadow";
}

const kinds = {
  detection: "sigma rule",
  logsource: "sigma rule",
  correlation: "correlation",
  filter: "filter",
  transformations: "field mapping",
} as const;

export function documentHead(value: unknown): DocumentHead {
  const fields = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const [id, name, title] = [textOf(fields.id), textOf(fields.name), textOf(fields.title)];
  const sigma = sigmaKind({ value });
  const called = id ?? name ?? title;
  return {
    id:
      sigma === undefined ? (id ?? null) : called === undefined ? null : ruleId({ id, name, title: called }),
    name: (sigma === undefined ? name : title) ?? name ?? id ?? "",
    kind: sigma === undefined ? "rule" : kinds[sigma],
    mode: fields.mode === "shadow" ? "shadow" : "live",
  };
}

/** Under which a document stands in the topic: a rule and its shadow stand side by side. */
export function documentKey({ id, mode }: DocumentHead): string | null {
  return id === null ? null : mode === "shadow" ? `${id}@shadow` : id;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
