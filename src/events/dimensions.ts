import { containerKey } from "./container-id.ts";
import type { JsonMap, SecurityEvent } from "./security-event.ts";
import { singleText } from "./single-text.ts";

/**
 * The words `group_by` knows, and the text each gives for an event (semantics §1). They are read from `enrichment`, then
 * from `details`. Where the cluster is known it comes before names that are unique only inside one.
 */
export type DimensionWord =
  | "container"
  | "pod"
  | "workload"
  | "namespace"
  | "node"
  | "image"
  | "user"
  | "process";

type TextOfEvent = (event: SecurityEvent) => string | undefined;

export const dimensionWords: Readonly<Record<DimensionWord, TextOfEvent>> = Object.freeze({
  container,
  pod: inCluster("namespace", "pod"),
  workload: inCluster("namespace", "workload_kind", "workload"),
  namespace: inCluster("namespace"),
  node: inCluster("node"),
  image: (event: SecurityEvent) => read(event, "image_digest") ?? read(event, "image"),
  user: (event: SecurityEvent) => read(event, "user"),
  process,
});

/** Whether a group field is one of the words; any other is a field path. */
export function isDimensionWord(field: string): field is DimensionWord {
  return Object.hasOwn(dimensionWords, field);
}

function container(event: SecurityEvent): string | undefined {
  const id = singleText(event.container_id) ?? read(event, "container_id");
  return id === undefined ? undefined : containerKey(id);
}

/** An exec id names a process everywhere; a pid only inside its container. */
function process(event: SecurityEvent): string | undefined {
  const execId = read(event, "exec_id");
  if (execId !== undefined) return keepApart(execId, ":");
  const id = container(event);
  const pid = read(event, "pid");
  return id === undefined || pid === undefined ? undefined : `${keepApart(id, ":")}:${pid}`;
}

/** `cluster/a/b`, or `a/b` where no cluster is known. All names must be there: half a pod is none. */
function inCluster(...names: readonly string[]): TextOfEvent {
  return (event) => {
    const cluster = own(event.enrichment, "cluster");
    let text = cluster === undefined ? "" : keepApart(cluster, "/");
    for (const name of names) {
      const value = read(event, name);
      if (value === undefined) return undefined;
      text = text === "" ? keepApart(value, "/") : `${text}/${keepApart(value, "/")}`;
    }
    return text;
  };
}

function read(event: SecurityEvent, name: string): string | undefined {
  return own(event.enrichment, name) ?? own(event.details, name);
}

function own(map: JsonMap, name: string): string | undefined {
  return Object.hasOwn(map, name) ? singleText(map[name]) : undefined;
}

/** Keeps joined names apart. Kubernetes names never hold the separator; an ARN as the name of a cluster does. */
function keepApart(text: string, separator: string): string {
  if (!text.includes(separator) && !text.includes("%")) return text;
  const code = separator.charCodeAt(0).toString(16).toUpperCase();
  return text.replaceAll("%", "%25").replaceAll(separator, `%${code}`);
}
