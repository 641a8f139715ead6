/**
 * The coordinator of a consumer group, as members see Kafka's: eager rebalances that wait for every member to come back,
 * sessions that end where no heartbeat comes, commits accepted only from members of the current generation.
 */
import type { SimProcess } from "./sim-process.ts";
import type { Happening, World } from "./world.ts";

export interface Joining {
  readonly id: string;
  readonly process: SimProcess;
  readonly sessionMs: number;
  /** Called on the coordinator's side when the group is complete. */
  assign(generation: number, partitions: readonly number[]): void;
}

interface Known extends Joining {
  lastSeen: number;
  /** Waits for the next generation. */
  joined: boolean;
  assign(generation: number, partitions: readonly number[]): void;
}

export type Standing = "member" | "rebalancing" | "unknown";

/** How long the coordinator waits for members to come back, in sessions. */
const rebalanceSessions = 2;

export class SimGroup {
  readonly #world: World;
  readonly #partitions: () => number;
  readonly #members = new Map<string, Known>();
  readonly committed = new Map<number, number>();
  generation = 0;
  #rebalancing: boolean = false;
  #deadline: Happening | null = null;
  /** Told of members whose session has ended. */
  onExpired: (process: SimProcess) => void = () => {};
  onCommitted: () => void = () => {};

  constructor(world: World, partitions: () => number) {
    this.#world = world;
    this.#partitions = partitions;
  }

  join(joining: Joining): void {
    const known = this.#members.get(joining.id);
    this.#members.set(joining.id, {
      ...joining,
      assign: joining.assign,
      lastSeen: this.#world.now,
      joined: true,
    });
    if (known === undefined) this.#watchSession(joining.id);
    this.#rebalance(joining.sessionMs);
    this.#complete();
  }

  leave(id: string): void {
    const known = this.#members.get(id);
    if (known === undefined) return;
    this.#members.delete(id);
    if (this.#members.size > 0) this.#rebalance(known.sessionMs);
    this.#complete();
  }

  heartbeat(id: string, generation: number): Standing {
    const known = this.#members.get(id);
    if (known === undefined || generation !== this.generation) return "unknown";
    known.lastSeen = this.#world.now;
    return this.#rebalancing ? "rebalancing" : "member";
  }

  commit(id: string, generation: number, offsets: ReadonlyMap<number, number>): boolean {
    const known = this.#members.get(id);
    if (known === undefined || generation !== this.generation) return false;
    known.lastSeen = this.#world.now;
    for (const [partition, offset] of offsets) this.committed.set(partition, offset);
    this.onCommitted();
    return true;
  }

  /** A coordinator that comes back gives every member a whole session. */
  restart(): void {
    for (const known of this.#members.values()) known.lastSeen = this.#world.now;
  }

  #watchSession(id: string): void {
    const known = this.#members.get(id);
    if (known === undefined) return;
    const due = known.lastSeen + known.sessionMs - this.#world.now;
    this.#world.after(
      due,
      () => {
        const now = this.#members.get(id);
        if (now === undefined) return;
        // Who waits for the group to be complete sends no heartbeats.
        if (now.joined || now.lastSeen + now.sessionMs > this.#world.now) {
          if (now.joined) now.lastSeen = this.#world.now;
          this.#watchSession(id);
          return;
        }
        this.onExpired(now.process);
        this.leave(id);
      },
      null,
      false,
    );
  }

  #rebalance(sessionMs: number): void {
    if (this.#rebalancing) return;
    this.#rebalancing = true;
    this.#deadline = this.#world.after(
      rebalanceSessions * sessionMs,
      () => this.#giveUpWaiting(),
      null,
      false,
    );
  }

  #giveUpWaiting(): void {
    for (const [id, { joined, process }] of this.#members) {
      if (joined && process.state !== "dead") continue;
      this.#members.delete(id);
    }
    this.#complete();
  }

  #complete(): void {
    const members = [...this.#members.values()];
    if (!this.#rebalancing || members.length === 0 || members.some(({ joined }) => !joined)) return;
    this.#rebalancing = false;
    if (this.#deadline !== null) this.#deadline.cancelled = true;
    this.generation += 1;
    const count = this.#partitions();
    for (const [turn, member] of members.entries()) {
      member.joined = false;
      member.lastSeen = this.#world.now;
      const own = Array.from({ length: count }, (_, partition) => partition).filter(
        (partition) => partition % members.length === turn,
      );
      member.assign(this.generation, own);
    }
  }
}
