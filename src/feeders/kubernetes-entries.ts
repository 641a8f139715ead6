/**
 * What the cluster API says of pods, services and nodes → entries. Objects of the list come with dates, those of the watch
 * with text; both are read here. Containers name their pod and leave the rest to the pod's own entry.
 */
import type { InventoryEntry, Owner } from "../enrichment/inventory-entry.ts";

export interface KubernetesObject {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly OwnerReference[];
  };
}

export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly controller?: boolean;
}

type Time = string | Date | null | undefined;

interface Terminated {
  readonly containerID?: string;
  readonly startedAt?: Time;
  readonly finishedAt?: Time;
  readonly exitCode?: number;
  readonly reason?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly containerID?: string;
  readonly image?: string;
  readonly imageID?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: { readonly running?: { readonly startedAt?: Time }; readonly terminated?: Terminated };
  readonly lastState?: { readonly terminated?: Terminated };
}

interface Container {
  readonly name: string;
  readonly image?: string;
  readonly readinessProbe?: unknown;
}

export interface Pod extends KubernetesObject {
  readonly spec?: {
    readonly nodeName?: string;
    readonly serviceAccountName?: string;
    readonly hostNetwork?: boolean;
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly ephemeralContainers?: readonly Container[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip?: string }[];
    readonly startTime?: Time;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface Service extends KubernetesObject {
  readonly spec?: {
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly externalIPs?: readonly string[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
}

export interface Node extends KubernetesObject {
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

export interface KubernetesSurroundings {
  readonly cluster: string;
  readonly now: number;
}

/** A container's entry, with what its lifecycle events tell beside it. */
export interface PodContainer {
  readonly entry: InventoryEntry;
  readonly ready: boolean;
  readonly hasReadinessProbe: boolean;
  readonly exitCode: number | null;
  readonly reason: string | null;
}

export interface PodEntries {
  readonly pod: InventoryEntry;
  readonly containers: readonly PodContainer[];
}

/** The nearest owner that manages a pod; undefined: nobody does. */
export function controllerOf({ metadata }: KubernetesObject): OwnerReference | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller === true);
}

/** `owners`: from the nearest up. Null: it has no name. */
export function podEntries(
  pod: Pod,
  owners: readonly Owner[],
  around: KubernetesSurroundings,
): PodEntries | null {
  const { metadata, spec = {}, status = {} } = pod;
  const { name, namespace, labels, annotations } = metadata ?? {};
  if (!name || !namespace) return null;
  const base = baseOf(around);
  const statuses = [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ];
  const place = { namespace, pod: name, node: spec.nodeName };
  const containers = statuses.flatMap((each) => containersOf(each, spec, { ...base, ...place }));
  const main = annotations?.["kubectl.kubernetes.io/default-container"] ?? spec.containers?.[0]?.name;
  const isOver = status.phase === "Succeeded" || status.phase === "Failed";
  const ends = containers.map(({ entry }) => entry.ended_at ?? 0);
  const workload = owners.at(-1);
  return {
    pod: entryOf({
      ...base,
      ...place,
      kind: "pod",
      container_id: bareId(statuses.find((each) => each.name === main)?.containerID),
      workload: workload?.name ?? name,
      workload_kind: workload?.kind ?? "Pod",
      owners: owners.length === 0 ? undefined : owners,
      service_account: spec.serviceAccountName,
      labels,
      // In the network of its node it has the node's address, which is not its own.
      ips: spec.hostNetwork === true ? undefined : ipsOf(status),
      state: status.phase?.toLowerCase(),
      started_at: timeOf(status.startTime),
      ended_at: isOver ? Math.max(0, ...ends) || around.now : undefined,
    }),
    containers,
  };
}

/** Null: it has no address of its own. */
export function serviceEntry(
  { metadata, spec, status }: Service,
  around: KubernetesSurroundings,
): InventoryEntry | null {
  const { name, namespace, labels } = metadata ?? {};
  const ips = [
    ...(spec?.clusterIPs ?? [spec?.clusterIP]),
    ...(spec?.externalIPs ?? []),
    ...(status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip),
  ].filter((ip): ip is string => ip !== undefined && ip !== "" && ip !== "None");
  if (!name || !namespace || ips.length === 0) return null;
  return entryOf({ ...baseOf(around), kind: "service", name, namespace, labels, ips });
}

export function nodeEntry({ metadata, status }: Node, around: KubernetesSurroundings): InventoryEntry | null {
  if (!metadata?.name) return null;
  const ips = (status?.addresses ?? [])
    .filter(({ type }) => type.endsWith("IP"))
    .map(({ address }) => address);
  return entryOf({
    ...baseOf(around),
    kind: "node",
    name: metadata.name,
    ips: ips.length === 0 ? undefined : ips,
  });
}

type Draft = { readonly [Name in keyof InventoryEntry]?: InventoryEntry[Name] | undefined };

/** The container that a status tells of, and the one before it. */
function containersOf(
  status: ContainerStatus,
  spec: NonNullable<Pod["spec"]>,
  base: Draft,
): readonly PodContainer[] {
  const declared = [
    ...(spec.containers ?? []),
    ...(spec.initContainers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ].find(({ name }) => name === status.name);
  const { running, terminated } = status.state ?? {};
  const before = status.lastState?.terminated;
  const same: Draft = {
    ...base,
    kind: "container",
    name: status.name,
    image: declared?.image ?? status.image,
    image_digest: status.imageID?.includes("@") ? status.imageID.split("@")[1] : undefined,
  };
  const made: PodContainer[] = [];
  const add = (id: string | undefined, draft: Draft, end: Terminated | undefined): void => {
    const bare = bareId(id);
    if (bare === undefined) return;
    made.push({
      entry: entryOf({
        ...same,
        ...draft,
        container_id: bare,
        runtime: /^([a-z0-9.-]+):\/\//.exec(id!)?.[1],
      }),
      ready: status.ready === true && end === undefined,
      hasReadinessProbe: declared?.readinessProbe != null,
      exitCode: end?.exitCode ?? null,
      reason: end?.reason ?? null,
    });
  };
  const previous = bareId(before?.containerID);
  add(
    status.containerID,
    {
      state: running !== undefined ? "running" : terminated !== undefined ? "stopped" : "waiting",
      started_at: timeOf(running?.startedAt ?? terminated?.startedAt),
      ended_at: timeOf(terminated?.finishedAt),
      restarts: status.restartCount,
      previous_container: previous === bareId(status.containerID) ? undefined : previous,
    },
    terminated,
  );
  if (previous !== undefined && previous !== bareId(status.containerID)) {
    add(
      before!.containerID,
      { state: "stopped", started_at: timeOf(before!.startedAt), ended_at: timeOf(before!.finishedAt) },
      before,
    );
  }
  return made;
}

function baseOf({
  cluster,
  now,
}: KubernetesSurroundings): Draft & Pick<InventoryEntry, "source" | "learnt" | "updated_at"> {
  return {
    source: "kubernetes",
    learnt: false,
    updated_at: now,
    cluster: cluster === "" ? undefined : cluster,
  };
}

function ipsOf({ podIP, podIPs }: NonNullable<Pod["status"]>): readonly string[] | undefined {
  const ips = (podIPs ?? [{ ...(podIP === undefined ? {} : { ip: podIP }) }]).flatMap(({ ip }) => ip ?? []);
  return ips.length === 0 ? undefined : ips;
}

function bareId(id: string | undefined): string | undefined {
  const bare = id?.replace(/^[a-z0-9.+-]+:\/\//i, "");
  return bare === "" ? undefined : bare;
}

function timeOf(time: Time): number | undefined {
  const ms = time instanceof Date ? time.getTime() : Date.parse(time ?? "");
  return Number.isFinite(ms) ? ms : undefined;
}

function entryOf(draft: Draft): InventoryEntry {
  return Object.freeze(
    Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined)),
  ) as unknown as InventoryEntry;
}
