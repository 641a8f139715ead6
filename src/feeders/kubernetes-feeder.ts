/**
 * Pods, services and nodes of a cluster → entries, by informers: listed, then watched, started anew after errors. The
 * owner chain goes from a pod's ReplicaSet to its Deployment and from its Job to its CronJob.
 */
import type { InventoryEntry, Owner } from "../enrichment/inventory-entry.ts";
import { messageOf, TransientError } from "../errors.ts";
import type { JsonValue } from "../events/security-event.ts";
import { type Feeder, type FeederContext, flushEveryMs, retryDelay } from "./feeder.ts";
import type { Kinds, KubernetesApi } from "./kubernetes-api.ts";
import {
  controllerOf,
  type Node,
  nodeEntry,
  type Pod,
  type PodContainer,
  podEntries,
  type Service,
  serviceEntry,
} from "./kubernetes-entries.ts";
import { lifecycleEvent } from "./lifecycle-events.ts";

const kinds = ["nodes", "services", "pods"] as const;
/** Owners remembered; ReplicaSets and Jobs do not change their owner. */
const mostOwners = 50_000;

export function kubernetesFeeder(api: KubernetesApi): Feeder {
  return (context) => {
    const run = new Run(api, context);
    return context.once ? run.list() : run.follow();
  };
}

class Run {
  readonly #api: KubernetesApi;
  readonly #context: FeederContext;
  readonly #owners = new Map<string, Owner | null>();
  /** Keys of the containers of each pod, by the key of the pod. */
  readonly #containersOf = new Map<string, ReadonlySet<string>>();
  /** Containers that have been told to be ready. */
  readonly #ready = new Set<string>();
  /** Objects are taken up one after the other, as they came. */
  #work: Promise<void> = Promise.resolve();
  #listing = true;

  constructor(api: KubernetesApi, context: FeederContext) {
    this.#api = api;
    this.#context = context;
  }

  /** Throws TransientError. */
  async list(): Promise<void> {
    const { feed, listed } = this.#context;
    const entries: InventoryEntry[] = [];
    try {
      for (const kind of kinds) {
        for (const object of await this.#api.list(kind)) entries.push(...(await this.#take(kind, object)));
      }
    } catch (error) {
      throw new TransientError(`Cannot list the cluster: its API must answer: ${messageOf(error)}`, {
        cause: error,
      });
    }
    feed.keepOnly(["container", "pod", "service", "node"], entries);
    await feed.flush();
    listed();
  }

  async follow(): Promise<void> {
    const { feed, clock, signal, listed, failed } = this.#context;
    const there = new Set<InventoryEntry>();
    const watches = kinds.map((kind) => this.#watch(kind, (entry) => there.add(entry)));
    const stopFlushing = clock.every(
      flushEveryMs,
      () => void feed.flush().catch((error: unknown) => failed(error, flushEveryMs)),
    );
    try {
      await Promise.all(watches.map(({ listed: first }) => first));
      await this.#work;
      if (!signal.aborted) {
        // What was written before this feeder ran, and is no longer there.
        feed.keepOnly(["container", "pod", "service", "node"], there);
        this.#listing = false;
        there.clear();
        await feed.flush().catch((error: unknown) => failed(error, flushEveryMs));
        listed();
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          else signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
    } finally {
      stopFlushing();
      await Promise.all(watches.map(({ stop }) => stop()));
      await this.#work;
    }
  }

  /** `listed` resolves when all there is of a kind was told once, or the run was stopped before. */
  #watch<K extends keyof Kinds>(
    kind: K,
    there: (entry: InventoryEntry) => void,
  ): { listed: Promise<void>; stop(): Promise<void> } {
    const { clock, signal, failed } = this.#context;
    let failure: { readonly error: unknown } | null = null;
    let attempt = 0;
    let running = false;
    const watch = this.#api.watch(kind, {
      changed: (object) => {
        attempt = 0;
        this.#next(async () => {
          for (const entry of await this.#take(kind, object)) if (this.#listing) there(entry);
        });
      },
      gone: (object) => this.#next(async () => this.#gone(kind, object)),
      failed: (error) => {
        failure = { error };
        if (running) void start();
      },
    });
    const start = async (): Promise<void> => {
      running = false;
      for (;;) {
        if (signal.aborted) return;
        if (failure !== null) {
          const delayMs = retryDelay(attempt);
          attempt += 1;
          failed((failure as { readonly error: unknown }).error, delayMs);
          failure = null;
          await clock.sleep(delayMs, signal);
          if (signal.aborted) return;
        }
        await watch.start().catch((error: unknown) => {
          failure = { error };
        });
        if (failure === null) break;
      }
      running = true;
    };
    return { listed: start(), stop: () => watch.stop().catch(() => {}) };
  }

  #next(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => this.#context.failed(error, 0));
  }

  /** The entries of an object, put into the feed. */
  async #take<K extends keyof Kinds>(kind: K, object: Kinds[K]): Promise<readonly InventoryEntry[]> {
    const { feed, cluster, clock } = this.#context;
    const around = { cluster, now: clock.now() };
    if (kind !== "pods") {
      const entry =
        kind === "services" ? serviceEntry(object as Service, around) : nodeEntry(object as Node, around);
      if (entry === null) return [];
      feed.put(entry);
      return [entry];
    }
    const pod = object as Pod;
    const made = podEntries(pod, await this.#chainOf(pod), around);
    if (made === null) return [];
    feed.put(made.pod);
    for (const container of made.containers) {
      const before = feed.known(container.entry);
      feed.put(container.entry);
      if (!this.#listing) this.#tell(container, before, made.pod);
      else if (container.ready) this.#ready.add(container.entry.container_id!);
    }
    const entries = made.containers.map(({ entry }) => entry);
    this.#replaceContainers(feed.keyOf(made.pod), new Set(entries.map((entry) => feed.keyOf(entry))));
    return [made.pod, ...entries];
  }

  /** Of a container that began anew twice at once the pod no longer tells: it is over. */
  #replaceContainers(pod: string, keys: ReadonlySet<string>): void {
    for (const key of this.#containersOf.get(pod) ?? []) if (!keys.has(key)) this.#context.feed.end(key);
    if (keys.size > 0) this.#containersOf.set(pod, keys);
    else this.#containersOf.delete(pod);
  }

  #gone<K extends keyof Kinds>(kind: K, object: Kinds[K]): void {
    const { feed, cluster, clock } = this.#context;
    const around = { cluster, now: clock.now() };
    if (kind !== "pods") {
      const entry =
        kind === "services" ? serviceEntry(object as Service, around) : nodeEntry(object as Node, around);
      if (entry !== null) feed.end(feed.keyOf(entry));
      return;
    }
    const made = podEntries(object as Pod, [], around);
    if (made === null) return;
    const key = feed.keyOf(made.pod);
    this.#replaceContainers(key, new Set());
    feed.end(key);
  }

  #tell(
    { entry, ready, hasReadinessProbe, exitCode, reason }: PodContainer,
    before: InventoryEntry | undefined,
    pod: InventoryEntry,
  ): void {
    const { feed, clock } = this.#context;
    const { started_at: started, ended_at: ended, container_id: id } = entry;
    const whole = { ...pod, ...entry, kind: "container" as const };
    if (started != null && before?.started_at !== started && ended == null)
      feed.tell(lifecycleEvent(whole, "start", started, hasReadinessProbe ? { readiness_probe: true } : {}));
    if (ready && started != null && !this.#ready.has(id!)) {
      this.#ready.add(id!);
      feed.tell(lifecycleEvent(whole, "ready", Math.max(started, clock.now())));
    }
    if (ended == null || before?.ended_at === ended) return;
    this.#ready.delete(id!);
    // A stop that nobody saw the start of belongs to the time before this feeder.
    if (before === undefined && started == null) return;
    const details: Record<string, JsonValue> = {};
    if (exitCode !== null) details.exit_code = exitCode;
    if (reason !== null) details.reason = reason;
    feed.tell(lifecycleEvent(whole, "stop", ended, details));
  }

  /** From the nearest owner up. */
  async #chainOf(pod: Pod): Promise<readonly Owner[]> {
    const chain: Owner[] = [];
    const namespace = pod.metadata?.namespace ?? "";
    let next: Owner | null = ownerOf(controllerOf(pod));
    while (next !== null && chain.length < 5) {
      chain.push(next);
      next = await this.#ownerOf(namespace, next);
    }
    return chain;
  }

  async #ownerOf(namespace: string, { kind, name }: Owner): Promise<Owner | null> {
    if (kind !== "ReplicaSet" && kind !== "Job") return null;
    const key = `${kind}/${namespace}/${name}`;
    const before = this.#owners.get(key);
    if (before !== undefined) return before;
    let owner: Owner | null;
    try {
      owner = ownerOf(await this.#api.ownerOf(kind, namespace, name));
    } catch (error) {
      // The pod counts without it, and is asked again when it changes.
      this.#context.failed(error, 0);
      return null;
    }
    if (this.#owners.size >= mostOwners) this.#owners.clear();
    this.#owners.set(key, owner);
    return owner;
  }
}

function ownerOf(reference: { readonly kind: string; readonly name: string } | undefined): Owner | null {
  return reference === undefined ? null : { kind: reference.kind, name: reference.name };
}
