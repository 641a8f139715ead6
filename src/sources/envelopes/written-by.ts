/**
 * Who wrote a line, as shippers say it: the pod, container and node, in the spellings of Fluent Bit and Fluentd
 * (`pod_name`, `host`, `docker_id`), Vector (`pod_namespace`, `pod_node_name`) and Filebeat (ECS: `pod.name`, `node.name`).
 */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { containerIdOf, mapAt, present, valueAt } from "../fields.ts";

export interface Writer {
  readonly container_id: string | null;
  readonly enrichment: JsonMap;
}

/** One envelope may hold many records that all carry its names: a name is bounded, so that they cannot be multiplied. */
const longestName = 512;

export function nameAt(value: JsonValue | undefined, ...keys: readonly string[]): string | null {
  const found = valueAt(value, ...keys);
  return typeof found === "string" && found.length <= longestName && found !== "" ? found : null;
}

/** Of a record with `kubernetes`, `container` (ECS), `host` (ECS) or `orchestrator` (ECS). */
export function writtenBy(record: JsonMap): Writer {
  const kubernetes = mapAt(record, "kubernetes");
  const of = (...names: readonly string[]) => first(kubernetes, names);
  const container =
    of("docker_id", "container_id") ?? nameAt(record, "container", "id") ?? nameAt(record, "container_id");
  return {
    container_id: containerIdOf(container),
    enrichment: present({
      cluster: nameAt(record, "orchestrator", "cluster", "name"),
      node:
        of("host", "pod_node_name", "node_name", "node.name") ??
        nameAt(record, "host", "name") ??
        nameAt(record, "host"),
      namespace: of("namespace_name", "pod_namespace", "namespace.name", "namespace"),
      pod: of("pod_name", "pod.name"),
      ...workloadOf(kubernetes),
      container_name: of("container_name", "container.name"),
      image: of("container_image", "container.image") ?? nameAt(record, "container", "image", "name"),
    }),
  };
}

/** ECS has a key for each kind: `deployment.name`. */
function workloadOf(kubernetes: JsonMap): JsonMap {
  for (const kind of ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job"]) {
    const workload = nameAt(kubernetes, kind.toLowerCase(), "name");
    if (workload !== null) return { workload, workload_kind: kind };
  }
  return {};
}

/** The first of the names that there is; `pod.name` is a key inside of `pod`. */
function first(map: JsonMap, names: readonly string[]): string | null {
  for (const name of names) {
    const found = nameAt(map, ...name.split("."));
    if (found !== null) return found;
  }
  return null;
}
