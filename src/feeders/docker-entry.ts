/**
 * What Docker says of a container (`GET /containers/<id>/json`) → its entry. Labels of Kubernetes (cri-dockerd), Compose
 * and Swarm tell the workload.
 */
import type { InventoryEntry } from "../enrichment/inventory-entry.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";

export interface DockerSurroundings {
  readonly cluster: string;
  /** Name of the host. */
  readonly node: string | null;
  readonly image_digest: string | null;
  readonly now: number;
}

/** Null: it is no container. */
export function dockerEntry(inspected: JsonValue, around: DockerSurroundings): InventoryEntry | null {
  const container = mapOf(inspected);
  const id = textOf(container.Id);
  if (id === undefined) return null;
  const config = mapOf(container.Config);
  const state = mapOf(container.State);
  const labels = labelsOf(config.Labels);
  const running = state.Running === true;
  return withoutNothing({
    kind: "container",
    source: "docker",
    learnt: false,
    updated_at: around.now,
    cluster: around.cluster === "" ? undefined : around.cluster,
    container_id: id,
    name: labels["io.kubernetes.container.name"] ?? textOf(container.Name)?.replace(/^\//, ""),
    ...placeOf(labels),
    node: around.node ?? undefined,
    image: textOf(config.Image),
    image_digest: around.image_digest ?? undefined,
    runtime: "docker",
    labels: Object.keys(labels).length === 0 ? undefined : labels,
    ips: ipsOf(container),
    state: running ? "running" : textOf(state.Status),
    started_at: timeOf(state.StartedAt),
    ended_at: running ? undefined : timeOf(state.FinishedAt),
    restarts: typeof container.RestartCount === "number" ? container.RestartCount : undefined,
  });
}

export function mapOf(value: JsonValue | undefined): JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonMap) : {};
}

export function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function placeOf(labels: Readonly<Record<string, string>>): Partial<InventoryEntry> {
  const pod = labels["io.kubernetes.pod.name"];
  if (pod !== undefined) return defined({ pod, namespace: labels["io.kubernetes.pod.namespace"] });
  const service = labels["com.docker.compose.service"];
  if (service !== undefined)
    return defined({
      workload: service,
      workload_kind: "compose",
      namespace: labels["com.docker.compose.project"],
    });
  const swarm = labels["com.docker.swarm.service.name"];
  return swarm === undefined
    ? {}
    : defined({
        workload: swarm,
        workload_kind: "swarm",
        namespace: labels["com.docker.stack.namespace"] ?? "swarm",
      });
}

function defined(facts: Readonly<Record<string, string | undefined>>): Partial<InventoryEntry> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

function labelsOf(value: JsonValue | undefined): Readonly<Record<string, string>> {
  const texts = Object.entries(mapOf(value)).filter(
    (each): each is [string, string] => typeof each[1] === "string",
  );
  return Object.fromEntries(texts);
}

function ipsOf(container: JsonMap): readonly string[] | undefined {
  const networks = Object.values(mapOf(mapOf(container.NetworkSettings).Networks)).map((each) => mapOf(each));
  const ips = networks.flatMap((each) => [textOf(each.IPAddress), textOf(each.GlobalIPv6Address)]);
  const known = ips.filter((ip) => ip !== undefined);
  return known.length === 0 ? undefined : known;
}

/** Docker's zero is the year 1. */
function timeOf(value: JsonValue | undefined): number | undefined {
  const time = Date.parse(textOf(value) ?? "");
  return Number.isFinite(time) && time > 0 ? time : undefined;
}

function withoutNothing(
  entry: { readonly [Name in keyof InventoryEntry]: InventoryEntry[Name] | undefined },
): InventoryEntry {
  return Object.freeze(
    Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)),
  ) as unknown as InventoryEntry;
}
