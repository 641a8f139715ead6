import {
  type Connection,
  heartbeatV4,
  joinGroupV7,
  leaveGroupV4,
  offsetCommitV8,
  syncGroupV5,
} from "@platformatic/kafka";
import type { Clock } from "../../../clock.ts";
import { backoffDelay } from "../../backoff.ts";
import type { MemberOptions } from "../../log.ts";
import { answersIn } from "../kafka-error.ts";
import { ask, BrokerAnswer, responseIn } from "./ask.ts";
import { assign, assignedIn, protocolName, protocolType, subscriptionTo } from "./assignment.ts";
import type { Cluster, Leaders } from "./cluster.ts";

export interface Joined {
  readonly memberId: string;
  readonly generation: number;
  readonly isLeader: boolean;
  /** In order. */
  readonly partitions: readonly number[];
  /** As the member found them when it joined. */
  readonly leaders: Leaders;
}

/** The coordinator is another, not yet ready, or not there. */
const elsewhere = new Set(["NOT_COORDINATOR", "COORDINATOR_NOT_AVAILABLE", "COORDINATOR_LOAD_IN_PROGRESS"]);
/** The group no longer knows the member under its id. */
export const forgotten = ["UNKNOWN_MEMBER_ID", "FENCED_INSTANCE_ID"] as const;

const maxAttempts = 5;
const backoff = { minMs: 50, maxMs: 1_000, random: Math.random };
/** The coordinator answers a join when all have joined, or the time for it is over. */
const joinGraceMs = 5_000;
const notStatic = null;
const noEpoch = -1;

/**
 * A member's side of the eager group protocol: each request carries the generation that it is meant for, so that nothing
 * of an old one is taken for the new one.
 */
export class Membership {
  readonly #cluster: Cluster;
  readonly #options: MemberOptions;
  readonly #clock: Clock;
  readonly #ended: AbortSignal;
  readonly #rebalanceTimeoutMs: number;
  #coordinator: number | undefined;
  #memberId = "";

  constructor(cluster: Cluster, options: MemberOptions, clock: Clock, ended: AbortSignal) {
    this.#cluster = cluster;
    this.#options = options;
    this.#clock = clock;
    this.#ended = ended;
    this.#rebalanceTimeoutMs = Math.max(2 * options.sessionTimeoutMs, 10_000);
  }

  /** Resolves when the group has settled with us in it. Rejects with what cannot be helped by trying again at once. */
  async join(): Promise<Joined> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#joinOnce();
      } catch (error) {
        if (this.#ended.aborted || attempt >= maxAttempts || !this.#canJoinAfter(error)) throw error;
        if (!(error instanceof BrokerAnswer) || elsewhere.has(error.apiId)) await this.#pause(attempt);
      }
    }
  }

  /** Rejects when the group has moved on or does not answer. */
  async heartbeat({ generation, memberId }: Joined): Promise<void> {
    await this.#ask((connection) =>
      ask(heartbeatV4.api, connection, this.#options.group, generation, memberId, notStatic),
    );
  }

  /** Rejects when the group has not accepted all of them. */
  async commit({ generation, memberId }: Joined, offsets: ReadonlyMap<number, number>): Promise<void> {
    const { group, topic } = this.#options;
    const partitions = [...offsets].map(([partitionIndex, offset]) => ({
      partitionIndex,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: noEpoch,
      committedMetadata: null,
    }));
    const topics = [{ name: topic, partitions }];
    await this.#ask((connection) =>
      ask(offsetCommitV8.api, connection, group, generation, memberId, notStatic, topics),
    );
  }

  /** Rejects when the group does not answer: then it waits until the session is over. */
  async leave(): Promise<void> {
    const memberId = this.#memberId;
    if (memberId === "") return;
    this.#memberId = "";
    await this.#ask((connection) =>
      ask(leaveGroupV4.api, connection, this.#options.group, [{ memberId, groupInstanceId: notStatic }]),
    );
  }

  async #joinOnce(): Promise<Joined> {
    const { group, topic, sessionTimeoutMs } = this.#options;
    const leaders = await this.#cluster.leaders(topic);
    const connection = await this.#connect("join", this.#rebalanceTimeoutMs + joinGraceMs);
    const joined = await ask(
      joinGroupV7.api,
      connection,
      group,
      sessionTimeoutMs,
      this.#rebalanceTimeoutMs,
      this.#memberId,
      notStatic,
      protocolType,
      [{ name: protocolName, metadata: subscriptionTo(topic) }],
    );
    const { memberId, generationId: generation } = joined;
    this.#memberId = memberId;
    const isLeader = joined.leader === memberId;
    const shares = isLeader
      ? assign(
          topic,
          leaders.length,
          joined.members.map((member) => member.memberId),
        )
      : [];
    const synced = await ask(
      syncGroupV5.api,
      connection,
      group,
      generation,
      memberId,
      notStatic,
      protocolType,
      protocolName,
      [...shares],
    );
    return { memberId, generation, isLeader, partitions: assignedIn(synced.assignment, topic), leaders };
  }

  /** Notes what the answer changes, and whether another try may do. */
  #canJoinAfter(error: unknown): boolean {
    const answers = answersIn(error);
    if (answers.has("MEMBER_ID_REQUIRED")) {
      this.#memberId = responseIn<joinGroupV7.JoinGroupResponse>(error)?.memberId ?? "";
      return true;
    }
    if (forgotten.some((answer) => answers.has(answer))) {
      this.#memberId = "";
      return true;
    }
    if (answers.has("REBALANCE_IN_PROGRESS") || answers.has("ILLEGAL_GENERATION")) return true;
    if (answers.size > 0 && ![...answers].some((answer) => elsewhere.has(answer))) return false;
    this.#coordinator = undefined;
    return true;
  }

  async #ask<Answer>(request: (connection: Connection) => Promise<Answer>): Promise<Answer> {
    try {
      return await request(await this.#connect("group"));
    } catch (error) {
      const answers = answersIn(error);
      if (answers.size === 0 || [...answers].some((answer) => elsewhere.has(answer)))
        this.#coordinator = undefined;
      throw error;
    }
  }

  async #connect(purpose: string, answerMs?: number): Promise<Connection> {
    this.#coordinator ??= await this.#cluster.coordinator(this.#options.group);
    return this.#cluster.connection(this.#coordinator, purpose, answerMs);
  }

  #pause(attempt: number): Promise<void> {
    return this.#clock.sleep(backoffDelay(attempt, backoff), this.#ended);
  }
}
