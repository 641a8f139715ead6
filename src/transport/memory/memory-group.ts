import type { MemoryBroker } from "./memory-broker.ts";

/** What the coordinator needs of a member. */
export interface Participant {
  readonly topic: string;
  generation: number;
  owns(partition: number): boolean;
  revoke(): void;
  /** Resolves when no batch is under way. */
  idle(): Promise<void>;
  assign(generation: number, partitions: readonly number[]): void;
}

/**
 * Coordinator of one consumer group: eager rebalances, partitions shared out in turn by order of joining, and commits
 * accepted only from members of the current generation.
 */
export class MemoryGroup {
  readonly #broker: MemoryBroker;
  readonly #members = new Set<Participant>();
  #generation = 0;
  #wanted: boolean = false;
  #rebalancing: boolean = false;
  #interrupt: () => void = () => {};
  readonly committed = new Map<number, number>();
  onCommitted: () => void = () => {};
  /** Test hook: commits are refused, as in a rebalance. */
  refusing: boolean = false;

  constructor(broker: MemoryBroker) {
    this.#broker = broker;
  }

  join(member: Participant): void {
    this.#members.add(member);
    void this.#rebalance();
  }

  /** Also for a member that no longer answers: nobody waits for it. */
  leave(member: Participant): void {
    if (this.#members.delete(member)) void this.#rebalance();
  }

  has(member: Participant): boolean {
    return this.#members.has(member);
  }

  /** True while `member` must end its work and come to the next join. */
  isMovingOn(member: Participant): boolean {
    return this.#rebalancing || !this.#isCurrent(member);
  }

  commit(member: Participant, offsets: ReadonlyMap<number, number>): boolean {
    if (this.refusing || this.#broker.away || !this.#isCurrent(member)) return false;
    if ([...offsets.keys()].some((partition) => !member.owns(partition))) return false;
    for (const [partition, offset] of offsets) this.committed.set(partition, offset);
    this.onCommitted();
    return true;
  }

  #isCurrent(member: Participant): boolean {
    return this.#members.has(member) && member.generation === this.#generation;
  }

  async #rebalance(): Promise<void> {
    this.#wanted = true;
    this.#interrupt();
    if (this.#rebalancing) return;
    this.#rebalancing = true;
    while (this.#wanted) {
      this.#wanted = false;
      for (const member of this.#members) member.revoke();
      const interrupted = new Promise<void>((resolve) => {
        this.#interrupt = resolve;
      });
      await Promise.race([Promise.all([...this.#members].map((member) => member.idle())), interrupted]);
    }
    this.#rebalancing = false;
    this.#generation++;
    const members = [...this.#members];
    members.forEach((member, turn) => {
      const all = [...this.#broker.partitions(member.topic).keys()];
      member.assign(
        this.#generation,
        all.filter((partition) => partition % members.length === turn),
      );
    });
  }
}
