import { TransientError } from "../../errors.ts";
import type { GroupMember, MemberHandlers, MemberOptions } from "../log.ts";
import type { MemoryBroker } from "./memory-broker.ts";
import type { MemoryGroup, Participant } from "./memory-group.ts";

/** Where an assigned partition is being read. */
interface Cursor {
  position: number;
  /** Raised by `seek`, so that a batch under way does not move the position on. */
  seeks: number;
  busy: boolean;
}

/**
 * A member of a consumer group of the memory log. It behaves like the Kafka client, with its sharp edges: an offset
 * that is no longer in the log is reset silently to the earliest one.
 */
export class MemoryMember implements GroupMember, Participant {
  readonly topic: string;
  generation = 0;
  readonly #broker: MemoryBroker;
  readonly #group: MemoryGroup;
  readonly #options: MemberOptions;
  #handlers: MemberHandlers | undefined;
  readonly #cursors = new Map<number, Cursor>();
  readonly #paused = new Set<number>();
  readonly #idlers: (() => void)[] = [];
  #running = 0;
  #open: boolean = false;
  #expelled: boolean = false;
  #wakeScheduled: boolean = false;
  #unwatch: () => void = () => {};

  constructor(broker: MemoryBroker, group: MemoryGroup, options: MemberOptions) {
    this.#broker = broker;
    this.#group = group;
    this.#options = options;
    this.topic = options.topic;
  }

  async start(handlers: MemberHandlers): Promise<void> {
    this.#handlers = handlers;
    this.#unwatch = this.#broker.watch(() => this.#wake());
    this.#group.join(this);
  }

  seek(partition: number, offset: number): void {
    const cursor = this.#cursors.get(partition);
    if (!cursor) return;
    cursor.position = offset;
    cursor.seeks++;
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
    return this.#group.commit(this, offsets);
  }

  async committed(): Promise<ReadonlyMap<number, number>> {
    this.#broker.demand("read the committed offsets");
    return new Map(this.#group.committed);
  }

  async stop(): Promise<void> {
    this.#open = false;
    await this.idle();
    this.#unwatch();
    this.#group.leave(this);
  }

  /** Test hook: the group goes on without this member, as after a frozen process. The result lets it come back. */
  expel(): () => void {
    this.#open = false;
    this.#expelled = true;
    this.#group.leave(this);
    return () => this.#group.join(this);
  }

  owns(partition: number): boolean {
    return this.#cursors.has(partition);
  }

  revoke(): void {
    if (this.#open) this.#handlers?.revoked();
    this.#open = false;
  }

  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idlers.push(resolve));
  }

  assign(generation: number, partitions: readonly number[]): void {
    this.generation = generation;
    this.#cursors.clear();
    for (const partition of partitions) {
      const position = this.#group.committed.get(partition) ?? 0;
      this.#cursors.set(partition, { position, seeks: 0, busy: false });
    }
    this.#open = true;
    if (this.#expelled) this.#handlers?.assigned([]);
    this.#expelled = false;
    this.#handlers?.assigned(partitions);
    this.#wake();
  }

  /** Looks for work once, after what runs now: a busy log must not keep timers and sockets from their turn. */
  #wake(): void {
    if (this.#wakeScheduled) return;
    this.#wakeScheduled = true;
    setImmediate(() => {
      this.#wakeScheduled = false;
      for (const [partition, cursor] of this.#cursors) void this.#deliver(partition, cursor);
    });
  }

  async #deliver(partition: number, cursor: Cursor): Promise<void> {
    if (!this.#open || cursor.busy || this.#paused.has(partition) || this.#broker.away) return;
    if (this.#running >= this.#options.concurrency) return;
    const log = this.#broker.partition(this.topic, partition);
    if (cursor.position < log.low || cursor.position > log.high) cursor.position = log.low;
    const from = cursor.position;
    const records = log.slice(from, log.high, this.#options.maxBytesPerPartition);
    const last = records.at(-1);
    if (!last) return;
    const { seeks } = cursor;
    this.#running++;
    cursor.busy = true;
    try {
      await this.#handlers?.batch({ partition, records, end: log.high, from }, () => this.#heartbeat());
    } finally {
      cursor.busy = false;
      this.#running--;
      if (cursor.seeks === seeks) cursor.position = last.offset + 1;
      if (this.#running === 0) for (const resolve of this.#idlers.splice(0)) resolve();
      this.#wake();
    }
  }

  async #heartbeat(): Promise<void> {
    this.#broker.demand("send a heartbeat");
    if (!this.#group.isMovingOn(this)) return;
    throw new TransientError(
      "Cannot stay in the group: the member must be of its generation: it has moved on",
    );
  }
}
