/**
 * Docker's containers → entries: listed and inspected, then followed by Docker's events. Where the stream breaks, all is
 * listed again, so that nothing that happened meanwhile is missed.
 */
import type { InventoryEntry } from "../enrichment/inventory-entry.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { DockerApi } from "./docker-api.ts";
import { dockerEntry, mapOf, textOf } from "./docker-entry.ts";
import { type Feeder, type FeederContext, flushEveryMs, retryDelay } from "./feeder.ts";
import { type LifecycleStep, lifecycleEvent } from "./lifecycle-events.ts";

const eventsPath = `/events?filters=${encodeURIComponent(JSON.stringify({ type: ["container"] }))}`;

/** Docker's words for the steps of a container's life. */
const stepOf: Readonly<Record<string, LifecycleStep>> = { start: "start", restart: "restart", die: "stop" };
/** What changes nothing that an entry says, and happens often: health checks most of all. */
const irrelevant = /^(exec_|health_status|attach|resize|top|copy|export|commit|archive-path)/;

/** `socketPath`: e.g. `/var/run/docker.sock`. */
export function dockerFeeder(socketPath: string): Feeder {
  const api = new DockerApi(socketPath);
  return async (context) => {
    if (context.once) return new Round(api, context).list();
    const stopFlushing = context.clock.every(
      flushEveryMs,
      () => void context.feed.flush().catch((error: unknown) => context.failed(error, flushEveryMs)),
    );
    try {
      for (let attempt = 0; !context.signal.aborted; attempt += 1) {
        try {
          await new Round(api, context).follow(() => {
            attempt = 0;
          });
        } catch (error) {
          if (context.signal.aborted) break;
          const delayMs = retryDelay(attempt);
          context.failed(error, delayMs);
          await context.clock.sleep(delayMs, context.signal);
        }
      }
    } finally {
      stopFlushing();
    }
  };
}

/** From one list to the end of the stream of events behind it. */
class Round {
  readonly #api: DockerApi;
  readonly #context: FeederContext;
  /** Of images, by their id. */
  readonly #digests = new Map<string, string | null>();
  #node: string | null = null;

  constructor(api: DockerApi, context: FeederContext) {
    this.#api = api;
    this.#context = context;
  }

  /** Throws TransientError. */
  async list(): Promise<void> {
    const { feed, signal, listed } = this.#context;
    this.#node = textOf(mapOf(await this.#api.get("/info", signal)).Name) ?? null;
    const containers = await this.#api.get("/containers/json?all=1", signal);
    const entries: InventoryEntry[] = [];
    for (const container of Array.isArray(containers) ? (containers as readonly JsonValue[]) : []) {
      const entry = await this.#inspect(textOf(mapOf(container).Id) ?? "");
      if (entry !== null) entries.push(entry);
    }
    for (const entry of entries) feed.put(entry);
    feed.keepOnly(["container"], entries);
    await feed.flush();
    listed();
  }

  /** The stream is opened before the list: what happens between the two is not missed. */
  async follow(onListed: () => void): Promise<void> {
    const { signal } = this.#context;
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    try {
      let open: () => void = () => {};
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      const events = this.#api.follow(eventsPath, either, () => open());
      const first = events.next();
      // Where the list fails first, nobody waits for it any more.
      first.catch(() => {});
      await Promise.race([opened, first]);
      await this.list();
      onListed();
      for (let next = await first; !next.done; next = await events.next()) await this.#take(next.value);
      if (!signal.aborted) throw new Error("Docker ended the stream of events");
    } finally {
      ended.abort();
    }
  }

  async #take(event: JsonMap): Promise<void> {
    const { feed } = this.#context;
    const actor = mapOf(event.Actor);
    const id = textOf(actor.ID);
    const action = textOf(event.Action);
    if (id === undefined || action === undefined || irrelevant.test(action)) return;
    const entry = await this.#inspect(id);
    const last = entry ?? this.#last(id, actor);
    if (entry === null) feed.end(feed.keyOf(last));
    else feed.put(entry);
    const step = Object.hasOwn(stepOf, action) ? stepOf[action]! : null;
    if (step !== null) this.#tell(last, step, event, mapOf(actor.Attributes));
  }

  #tell(entry: InventoryEntry, step: LifecycleStep, event: JsonMap, attributes: JsonMap): void {
    const { feed, clock } = this.#context;
    const seconds = typeof event.time === "number" ? event.time * 1_000 : clock.now();
    // Nanoseconds lose their last digits here, not their milliseconds.
    const time = typeof event.timeNano === "number" ? Math.floor(event.timeNano / 1e6) : seconds;
    const exit = textOf(attributes.exitCode);
    feed.tell(lifecycleEvent(entry, step, time, exit === undefined ? {} : { exit_code: Number(exit) }));
  }

  /** Of a container that is gone already (`--rm`): as it was known, else as the event names it. */
  #last(id: string, actor: JsonMap): InventoryEntry {
    const { feed, cluster, clock } = this.#context;
    const attributes = mapOf(actor.Attributes);
    const bare = dockerEntry(
      { Id: id, Name: attributes.name ?? null, Config: { Image: attributes.image ?? null } },
      { cluster, node: this.#node, image_digest: null, now: clock.now() },
    )!;
    return feed.known(bare) ?? bare;
  }

  /** Null: it is gone. */
  async #inspect(id: string): Promise<InventoryEntry | null> {
    const { cluster, clock, signal } = this.#context;
    const inspected = await this.#api.get(`/containers/${encodeURIComponent(id)}/json`, signal);
    if (inspected === null) return null;
    const image = textOf(mapOf(inspected).Image);
    const digest = image === undefined ? null : await this.#digestOf(image);
    return dockerEntry(inspected, { cluster, node: this.#node, image_digest: digest, now: clock.now() });
  }

  /** The digest under which a registry has it; null: none does. */
  async #digestOf(image: string): Promise<string | null> {
    const before = this.#digests.get(image);
    if (before !== undefined) return before;
    const { RepoDigests: digests } = mapOf(
      await this.#api.get(`/images/${encodeURIComponent(image)}/json`, this.#context.signal),
    );
    const [first] = Array.isArray(digests) ? (digests as readonly JsonValue[]) : [];
    const digest = textOf(first)?.split("@")[1] ?? null;
    this.#digests.set(image, digest);
    return digest;
  }
}
