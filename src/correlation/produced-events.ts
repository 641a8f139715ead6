/**
 * What a rule produces for other rules (semantics 3): its alert as an event of type `alert.<rule id>`, and the events it
 * emits. Each lasts from `opened_at` to `last_seen` under one id, and carries the group's fields in their usual places.
 */
import type { JsonMap, JsonValue, SecurityEvent } from "../events/security-event.ts";
import type { Rule } from "../rules/rule.ts";
import type { Episode } from "./episode.ts";

/** An episode, or an alert without one. */
export type Produced = Pick<Episode, "id" | "openedAt" | "lastSeen" | "entities">;

/** What is known of an alert beside its group, for rules that group by it. */
const context = ["cluster", "namespace", "pod", "workload", "node", "image", "user"];

export interface ProducedEvent {
  readonly event: SecurityEvent;
  readonly until: number;
}

export function producedEvents(
  rule: Rule,
  group: Readonly<Record<string, string>>,
  { id, openedAt, lastSeen, entities }: Produced,
): readonly ProducedEvent[] {
  const types = [
    ...(rule.alerts ? [{ id, type: `alert.${rule.id}`, severity: rule.severity }] : []),
    ...rule.emits.map(({ type, severity }, index) => ({
      id: producedId(id, index),
      type,
      severity: severity ?? rule.severity,
    })),
  ];
  const places = groupPlaces(group, rule.places === undefined);
  const known = Object.fromEntries(Object.entries(entities).filter(([name]) => context.includes(name)));
  return types.map(({ id: own, type, severity }) => ({
    until: lastSeen,
    event: {
      id: own,
      timestamp: openedAt,
      container_id: places.container ?? entities.container_id ?? null,
      type,
      severity,
      source: "corral",
      details: { ...places.details, rule: rule.id },
      enrichment: { ...known, ...places.enrichment },
    },
  }));
}

/** Ids of all events that the rule makes of an episode. */
export function producedIds(rule: Rule, episodeId: string): readonly string[] {
  return [...(rule.alerts ? [episodeId] : []), ...rule.emits.map((_, index) => producedId(episodeId, index))];
}

function producedId(episodeId: string, index: number): string {
  return `${episodeId}#${index}`;
}

interface Places {
  readonly container: string | null;
  readonly details: JsonMap;
  readonly enrichment: JsonMap;
}

/**
 * Where events carry the values of a group: dimension words in the enrichment, field paths where they point to. Without
 * `words` all are field paths.
 */
function groupPlaces(group: Readonly<Record<string, string>>, words: boolean): Places {
  const details: Record<string, JsonValue> = {};
  const enrichment: Record<string, JsonValue> = {};
  let container: string | null = null;
  for (const [field, value] of Object.entries(group)) {
    if (field === "container_id" || (words && field === "container")) container = value;
    else if (words && field in parts)
      Object.assign(enrichment, named(parts[field as keyof typeof parts], value));
    else if (words && (field === "user" || field === "image")) enrichment[field] = value;
    else if (words && field === "process") enrichment.exec_id = value;
    else if (field.startsWith("enrichment.")) enrichment[field.slice("enrichment.".length)] = value;
    else details[field.startsWith("details.") ? field.slice("details.".length) : field] = value;
  }
  return { container, details, enrichment };
}

/** What stands between the slashes of a dimension's value, from the end; a cluster may stand before. */
const parts = {
  pod: ["namespace", "pod"],
  workload: ["namespace", "workload_kind", "workload"],
  namespace: ["namespace"],
  node: ["node"],
} as const;

function named(names: readonly string[], value: string): JsonMap {
  const values = value.split("/");
  const withCluster = values.length > names.length ? ["cluster", ...names] : names;
  return Object.fromEntries(withCluster.map((name, index) => [name, decode(values[index] ?? "")]));
}

/** Group values escape what would run together (see dimensions.ts). */
function decode(part: string): string {
  return part.replaceAll("%2F", "/").replaceAll("%25", "%");
}
