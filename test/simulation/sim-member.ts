/**
 * A member of a group, as the client behaves: heartbeats only between batches and where a batch asks for one, a rejoin
 * only after all batches under way have ended, a fetch that needs no membership.
 */
import { TransientError } from "../../src/errors.ts";
import type { GroupMember, LogRecord, MemberHandlers, MemberOptions } from "../../src/transport/log.ts";
import type { SimBroker } from "./sim-broker.ts";
import type { SimGroup } from "./sim-group.ts";
import type { SimProcess } from "./sim-process.ts";

interface Cursor {
  position: number;
  seeks: number;
  busy: boolean;
}

let members = 0;

export class SimMember implements GroupMember {
  readonly #process: SimProcess;
  readonly #broker: SimBroker;
  readonly #group: SimGroup;
  readonly #options: MemberOptions;
  readonly #cursors = new Map<number, Cursor>();
  readonly #paused = new Set<number>();
  #handlers: MemberHandlers | null = null;
  #id = "";
  #generation = -1;
  #joined: boolean = false;
  #revoked: boolean = false;
  #expelled: boolean = false;
  #stopped: boolean = false;
  #running = 0;
  #wakePlanned = false;
  #stopWatching: () => void = () => {};
  #stopHeartbeats: () => void = () => {};
  #idle: (() => void)[] = [];
  /** Records per fetch at most. */
  readonly #maxRecords: number;

  constructor(process: SimProcess, broker: SimBroker, options: MemberOptions, maxRecords: number) {
    this.#process = process;
    this.#broker = broker;
    this.#group = broker.group(options.group, options.topic);
    this.#options = options;
    this.#maxRecords = maxRecords;
  }

  async start(handlers: MemberHandlers): Promise<void> {
    this.#handlers = handlers;
    this.#stopWatching = this.#broker.watch(this.#options.topic, () => this.#wake());
    this.#stopHeartbeats = this.#process.clock.every(this.#options.heartbeatIntervalMs, () => {
      if (this.#joined && this.#running === 0 && !this.#revoked) void this.#beat().catch(() => {});
    });
    this.#join();
  }

  seek(partition: number, offset: number): void {
    const cursor = this.#cursors.get(partition);
    if (cursor === undefined) return;
    cursor.position = offset;
    cursor.seeks += 1;
    this.#wake();
  }

  pause(partition: number): void {
    this.#paused.add(partition);
  }

  resume(partition: number): void {
    this.#paused.delete(partition);
    this.#wake();
  }

  async commit(offsets: ReadonlyMap<number, number>): Promise<boolean> {
    const [id, generation] = [this.#id, this.#generation];
    if (!this.#joined || [...offsets.keys()].some((partition) => !this.#cursors.has(partition))) return false;
    const accepted = await this.#process
      .request("log.commit", () => this.#group.commit(id, generation, offsets))
      .catch(() => false);
    return accepted && generation === this.#generation;
  }

  committed(): Promise<ReadonlyMap<number, number>> {
    return this.#process.request("log.committed", () => new Map(this.#group.committed));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#untilIdle();
    this.#stopHeartbeats();
    this.#stopWatching();
    this.#joined = false;
    const id = this.#id;
    await this.#process.request("log.other", () => this.#group.leave(id)).catch(() => {});
  }

  #join(): void {
    if (this.#stopped) return;
    if (this.#id === "" || this.#expelled) this.#id = `member-${++members}`;
    const id = this.#id;
    const { sessionTimeoutMs: sessionMs } = this.#options;
    const assign = (generation: number, partitions: readonly number[]): void => {
      const { world } = this.#process;
      world.after(1 + world.below(20), () => this.#assigned(id, generation, partitions), this.#process);
    };
    this.#process
      .request("log.join", () => this.#group.join({ id, process: this.#process, sessionMs, assign }))
      .catch(() => this.#process.clock.sleep(500).then(() => this.#join()));
  }

  #assigned(id: string, generation: number, partitions: readonly number[]): void {
    if (id !== this.#id || this.#stopped) return;
    this.#generation = generation;
    this.#joined = true;
    this.#revoked = false;
    this.#cursors.clear();
    for (const partition of partitions) {
      const position = this.#group.committed.get(partition) ?? 0;
      this.#cursors.set(partition, { position, seeks: 0, busy: false });
    }
    if (this.#expelled) this.#handlers!.assigned([]);
    this.#expelled = false;
    this.#handlers!.assigned(partitions);
    this.#wake();
  }

  async #beat(): Promise<void> {
    const [id, generation] = [this.#id, this.#generation];
    const standing = await this.#process.request("log.heartbeat", () =>
      this.#group.heartbeat(id, generation),
    );
    if (generation !== this.#generation || id !== this.#id || standing === "member") return;
    this.#expelled ||= standing === "unknown";
    this.#rejoin();
    throw new TransientError(
      "Cannot stay in the group: it must not have moved on: current value is a later generation",
    );
  }

  #rejoin(): void {
    if (this.#revoked || this.#stopped) return;
    this.#revoked = true;
    this.#handlers!.revoked();
    void this.#untilIdle().then(() => this.#join());
  }

  #untilIdle(): Promise<void> {
    return this.#running === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  #wake(): void {
    if (this.#wakePlanned || this.#stopped) return;
    this.#wakePlanned = true;
    const { world } = this.#process;
    world.after(
      1 + world.below(5),
      () => {
        this.#wakePlanned = false;
        for (const [partition, cursor] of this.#cursors) void this.#fetch(partition, cursor);
      },
      this.#process,
      false,
    );
  }

  async #fetch(partition: number, cursor: Cursor): Promise<void> {
    if (!this.#isReading(partition) || cursor.busy || this.#running >= this.#options.concurrency) return;
    const log = this.#broker.partition(this.#options.topic, partition);
    if (cursor.position === log.high) return;
    cursor.busy = true;
    const { seeks, position } = cursor;
    const fetched = await this.#process
      .request("log.fetch", () => {
        // An offset that is no longer in the log is reset silently.
        const from = position < log.low || position > log.high ? log.low : position;
        const count = 1 + this.#process.world.below(this.#maxRecords);
        return { from, end: log.high, records: log.slice(from, from + count, Infinity) };
      })
      .catch(() => null);
    if (fetched === null) {
      cursor.busy = false;
      await this.#process.clock.sleep(200 + this.#process.world.below(800));
      this.#wake();
      return;
    }
    await this.#deliver(partition, cursor, seeks, fetched);
  }

  async #deliver(
    partition: number,
    cursor: Cursor,
    seeks: number,
    {
      from,
      end,
      records,
    }: { readonly from: number; readonly end: number; readonly records: readonly LogRecord[] },
  ): Promise<void> {
    const isCurrent = (): boolean => cursor.seeks === seeks && this.#cursors.get(partition) === cursor;
    const last = records.at(-1);
    if (last !== undefined && isCurrent() && this.#isReading(partition)) {
      this.#running += 1;
      await this.#handlers!.batch({ partition, records, end, from }, () => this.#beat());
      this.#running -= 1;
      if (isCurrent()) cursor.position = last.offset + 1;
      if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
    cursor.busy = false;
    this.#wake();
  }

  #isReading(partition: number): boolean {
    return this.#joined && !this.#revoked && !this.#stopped && !this.#paused.has(partition);
  }
}
