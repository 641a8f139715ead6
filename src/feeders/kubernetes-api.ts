/**
 * The cluster API by its own client, which knows kubeconfig, service accounts and cloud logins. It is an optional
 * dependency (83 MB with its own), loaded by nothing but `corral inventory kubernetes`.
 */
import type { CoreV1Api, Informer, KubernetesListObject } from "@kubernetes/client-node";
import { ConfigError, messageOf } from "../errors.ts";
import {
  controllerOf,
  type KubernetesObject,
  type Node,
  type OwnerReference,
  type Pod,
  type Service,
} from "./kubernetes-entries.ts";

export interface Kinds {
  readonly pods: Pod;
  readonly services: Service;
  readonly nodes: Node;
}

export interface WatchHandlers<T> {
  changed(object: T): void;
  gone(object: T): void;
  /** The watch has ended and must be started anew. */
  failed(error: unknown): void;
}

export interface KubernetesApi {
  list<K extends keyof Kinds>(kind: K): Promise<readonly Kinds[K][]>;
  /** `start` resolves when all there is was told, or `failed` was called. */
  watch<K extends keyof Kinds>(
    kind: K,
    handlers: WatchHandlers<Kinds[K]>,
  ): { start(): Promise<void>; stop(): Promise<void> };
  /** Who manages a ReplicaSet or Job; undefined: nobody, or it must not be asked. */
  ownerOf(kind: string, namespace: string, name: string): Promise<OwnerReference | undefined>;
}

type Client = typeof import("@kubernetes/client-node");

/** `kubeconfig`: a file; null: as kubectl finds it, else the service account of the pod. Throws ConfigError. */
export async function openKubernetes(kubeconfig: string | null): Promise<KubernetesApi> {
  const client = await loadClient();
  const config = new client.KubeConfig();
  try {
    if (kubeconfig === null) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new ConfigError(`Cannot use the cluster's configuration: it must be readable: ${messageOf(error)}`);
  }
  if (config.getCurrentCluster() === null)
    throw new ConfigError("Cannot use the cluster's configuration: it must name a current context");
  const core = config.makeApiClient(client.CoreV1Api);
  const apps = config.makeApiClient(client.AppsV1Api);
  const batch = config.makeApiClient(client.BatchV1Api);
  return {
    list: async (kind) => (await lists[kind](core)).items as readonly Kinds[typeof kind][],
    watch: (kind, handlers) => {
      const informer = client.makeInformer(config, `/api/v1/${kind}`, () =>
        lists[kind](core),
      ) as Informer<object>;
      informer.on("change", (object) => {
        handlers.changed(object as Kinds[typeof kind]);
      });
      informer.on("delete", (object) => {
        handlers.gone(object as Kinds[typeof kind]);
      });
      informer.on("error", (error) => {
        handlers.failed(error);
      });
      return { start: () => informer.start(), stop: () => informer.stop() };
    },
    ownerOf: async (kind, namespace, name) => {
      try {
        if (kind === "ReplicaSet")
          return controllerOf((await apps.readNamespacedReplicaSet({ name, namespace })) as KubernetesObject);
        if (kind === "Job")
          return controllerOf((await batch.readNamespacedJob({ name, namespace })) as KubernetesObject);
      } catch (error) {
        const { code } = error as { code?: unknown };
        // Gone, or not ours to ask: the chain ends there.
        if (code !== 404 && code !== 403) throw error;
      }
      return undefined;
    },
  };
}

const lists: Readonly<Record<keyof Kinds, (core: CoreV1Api) => Promise<KubernetesListObject<object>>>> = {
  pods: (core) => core.listPodForAllNamespaces(),
  services: (core) => core.listServiceForAllNamespaces(),
  nodes: (core) => core.listNode(),
};

async function loadClient(): Promise<Client> {
  try {
    return await import("@kubernetes/client-node");
  } catch (error) {
    throw new ConfigError(
      `Cannot feed from Kubernetes: the optional package @kubernetes/client-node must be installed (npm install @kubernetes/client-node): ${messageOf(error).split("\n")[0]}`,
      { cause: error },
    );
  }
}
