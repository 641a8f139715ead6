/** Looks at the offsets of both groups all the time, around every proxy: who stands still, and who goes on. */
import { type Admin, Kafka, logLevel } from "kafkajs";
import { type Stall, Stalls } from "./stalls.ts";

export type RoleName = "enrich" | "correlate";

export interface WatchedGroup {
  readonly role: RoleName;
  readonly group: string;
  readonly topic: string;
}

interface Look {
  readonly at: number;
  readonly committed: ReadonlyMap<number, number>;
  readonly ends: ReadonlyMap<number, number>;
}

const lookMs = 200;

export class StallWatch {
  readonly #admin: Admin;
  readonly #groups: readonly WatchedGroup[];
  readonly #stalls = new Map<RoleName, Stalls>();
  readonly #looks = new Map<RoleName, Look>();
  #running = true;
  #loop: Promise<void> = Promise.resolve();

  constructor(broker: string, groups: readonly WatchedGroup[]) {
    const retry = { retries: 0 };
    const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING, requestTimeout: 3_000, retry });
    this.#admin = kafka.admin();
    this.#groups = groups;
    for (const { role } of groups) this.#stalls.set(role, new Stalls());
  }

  async start(): Promise<void> {
    await this.#admin.connect();
    this.#loop = this.#watch();
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#loop;
    await this.#admin.disconnect();
  }

  /** Records that the group has not committed yet, as last seen. */
  lag(role: RoleName): number {
    const look = this.#looks.get(role);
    if (look === undefined) return 0;
    const behind = [...look.ends].map(([partition, end]) => end - at(look.committed, partition));
    return behind.reduce((sum, each) => sum + Math.max(0, each), 0);
  }

  /**
   * Resolves once every partition was committed further than now or has nothing to read, or when the time is over: to
   * those that stood still.
   */
  async moved(role: RoleName, limitMs: number): Promise<readonly string[]> {
    const deadline = performance.now() + limitMs;
    const first = await this.#lookAfter(role, performance.now(), deadline);
    if (first === undefined) return ["every partition: the broker does not answer"];
    for (let look = first; ; ) {
      const standing = standingSince(first, look);
      if (standing.length === 0) return [];
      const next = await this.#lookAfter(role, look.at, deadline);
      if (next === undefined) return standing;
      look = next;
    }
  }

  all(): readonly (Stall & { readonly role: RoleName })[] {
    return [...this.#stalls].flatMap(([role, stalls]) => stalls.all().map((stall) => ({ ...stall, role })));
  }

  /** The first look that began after a moment. */
  async #lookAfter(role: RoleName, moment: number, deadline: number): Promise<Look | undefined> {
    for (;;) {
      const look = this.#looks.get(role);
      if (look !== undefined && look.at > moment) return look;
      if (performance.now() > deadline) return undefined;
      await sleep(50);
    }
  }

  async #watch(): Promise<void> {
    while (this.#running) {
      for (const group of this.#groups) {
        // A broker that is away is looked at again; what stands still meanwhile goes on standing.
        await this.#look(group).catch(() => {});
      }
      await sleep(lookMs);
    }
  }

  async #look({ role, group, topic }: WatchedGroup): Promise<void> {
    const now = performance.now();
    const [offsets] = await this.#admin.fetchOffsets({ groupId: group, topics: [topic] });
    const committed = new Map(
      offsets!.partitions.map(({ partition, offset }) => [partition, Number(offset)]),
    );
    const high = await this.#admin.fetchTopicOffsets(topic);
    const ends = new Map(high.map(({ partition, high: end }) => [partition, Number(end)]));
    this.#looks.set(role, { at: now, committed, ends });
    this.#stalls.get(role)!.look(performance.now(), committed, ends);
  }
}

function standingSince(first: Look, look: Look): readonly string[] {
  return [...look.ends].flatMap(([partition, end]) => {
    const committed = at(look.committed, partition);
    const stands = committed <= at(first.committed, partition) && committed < end;
    return stands ? [`partition ${partition} at ${committed} of ${end}`] : [];
  });
}

function at(offsets: ReadonlyMap<number, number>, partition: number): number {
  return Math.max(0, offsets.get(partition) ?? 0);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
