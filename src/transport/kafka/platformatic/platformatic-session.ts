import type { Clock } from "../../../clock.ts";
import { TransientError } from "../../../errors.ts";
import type { Batch, MemberHandlers, MemberOptions } from "../../log.ts";
import type { KafkaLogLine } from "../kafka-client-options.ts";
import { answersIn, isRightRefused } from "../kafka-error.ts";
import { NextAnswer } from "../next-answer.ts";
import type { OpenBatch } from "../open-batch.ts";
import type { GroupSession, LogQuestions } from "../record-client.ts";
import type { Cluster } from "./cluster.ts";
import type { Connections } from "./connections.ts";
import { forgotten, type Joined, Membership } from "./membership.ts";
import { Reading } from "./reading.ts";

export interface PlatformaticSessionSurroundings {
  readonly cluster: Cluster;
  /** All that the cluster opens. */
  readonly connections: Connections;
  readonly clock: Clock;
  readonly log: (line: KafkaLogLine) => void;
  readonly openers: ReadonlyMap<number, OpenBatch>;
  readonly questions: Pick<LogQuestions, "committed" | "bounds">;
}

/** Added partitions and other leaders are noticed at this pace; partitions without a leader are asked after sooner. */
const lookAroundMs = 10_000;
const leaderlessMs = 1_000;

/**
 * A member of the library's lower half: its requests and connections, but neither its consumer, which joins again by
 * itself and commits in whatever generation it has by then, nor its streams. It joins, reads until the group moves on,
 * ends what is under way, and joins again; heartbeats go on meanwhile.
 */
export class PlatformaticSession implements GroupSession {
  readonly #surroundings: PlatformaticSessionSurroundings;
  readonly #options: MemberOptions;
  readonly #handlers: MemberHandlers;
  readonly #paused: ReadonlySet<number>;
  readonly #membership: Membership;
  readonly #over = new AbortController();
  readonly #failed = Promise.withResolvers<Error>();
  readonly #nextAnswer = new NextAnswer();
  /** Undefined while we join. */
  #joined: Joined | undefined;
  #lastJoined: Joined | undefined;
  #reading: Reading | undefined;
  /** Resolves when the generation has come to its end. */
  #movedOn = Promise.withResolvers<void>();
  #revoked: boolean = false;
  /** The handlers know that nothing is ours. */
  #toldOfLoss: boolean = true;
  #beating: Promise<void> | undefined;
  #answeredAt = 0;

  constructor(
    surroundings: PlatformaticSessionSurroundings,
    options: MemberOptions,
    handlers: MemberHandlers,
    paused: ReadonlySet<number>,
  ) {
    this.#surroundings = surroundings;
    this.#options = options;
    this.#handlers = handlers;
    this.#paused = paused;
    this.#membership = new Membership(surroundings.cluster, options, surroundings.clock, this.#over.signal);
  }

  async run(): Promise<Error> {
    const stopBeats = this.#surroundings.clock.every(this.#options.heartbeatIntervalMs, () => {
      void this.#beat();
    });
    try {
      return await Promise.race([this.#failed.promise, this.#live()]);
    } finally {
      stopBeats();
      this.#reading?.end();
    }
  }

  async stop(): Promise<void> {
    const reading = this.#reading;
    this.#finish();
    await reading?.hold();
    await this.#membership.leave().catch(() => {});
    this.#surroundings.connections.end();
  }

  abandon(): void {
    this.#finish();
    this.#surroundings.connections.end();
  }

  end(): void {
    this.#finish();
    this.#tellOfLoss();
  }

  seek(partition: number, offset: number): void {
    this.#reading?.seek(partition, offset);
  }

  /** The set of the paused is looked at whenever something is fetched or handed on. */
  pause(_partition: number): void {}

  resume(partition: number): void {
    this.#reading?.resume(partition);
  }

  async commit(offsets: ReadonlyMap<number, number>): Promise<boolean> {
    const joined = this.#joined;
    const isOurs = (partition: number) => joined?.partitions.includes(partition) === true;
    if (joined === undefined || this.#over.signal.aborted || ![...offsets.keys()].every(isOurs)) return false;
    try {
      await this.#membership.commit(joined, offsets);
      return this.#joined === joined;
    } catch (error) {
      if (isRightRefused(error)) this.#fail(error);
      else void this.#beat(); // if the group has moved on, it says so
      return false;
    }
  }

  async #live(): Promise<Error> {
    while (!this.#over.signal.aborted) {
      await this.#join();
      await Promise.race([this.#movedOn.promise, this.#lookAround()]);
      await this.#reading?.hold();
      this.#joined = undefined; // nothing is committed from here on
    }
    return ended();
  }

  async #join(): Promise<void> {
    const before = this.#lastJoined;
    const joined = await this.#membership.join();
    if (this.#over.signal.aborted) throw ended();
    // Others may have owned our partitions in a generation that we have not seen.
    const isNext = before?.memberId === joined.memberId && before.generation + 1 === joined.generation;
    if (!isNext) this.#tellOfLoss();
    const { cluster, clock, log, openers, questions } = this.#surroundings;
    const { group, topic } = this.#options;
    this.#lastJoined = joined;
    this.#joined = joined;
    this.#movedOn = Promise.withResolvers<void>();
    this.#revoked = false;
    this.#toldOfLoss = false;
    this.#answeredAt = clock.monotonic();
    const surroundings = {
      cluster,
      clock,
      log,
      openers,
      committed: () => questions.committed(group, topic),
      bounds: () => questions.bounds(topic),
      handle: (batch: Batch) => this.#handle(batch),
      refused: (error: Error) => this.#fail(error),
      paused: this.#paused,
    };
    this.#reading = new Reading(surroundings, this.#options, joined.partitions, joined.leaders);
    this.#handlers.assigned(joined.partitions);
    this.#reading.start();
  }

  /** Until the generation is over. The leader of a group is who makes it share out added partitions. */
  async #lookAround(): Promise<void> {
    const joined = this.#joined!;
    const { cluster, clock } = this.#surroundings;
    let { leaders } = joined;
    while (this.#joined === joined && !this.#revoked && !this.#over.signal.aborted) {
      const isLed = joined.partitions.every((partition) => (leaders[partition] ?? -1) >= 0);
      await clock.sleep(isLed ? lookAroundMs : leaderlessMs, this.#over.signal);
      if (this.#joined !== joined || this.#revoked) return;
      try {
        leaders = await cluster.leaders(this.#options.topic);
      } catch {
        continue; // who fetches has more to say of it
      }
      if (joined.isLeader && leaders.length !== joined.leaders.length) this.#revoke();
      else this.#reading?.lead(leaders);
    }
  }

  async #handle(batch: Batch): Promise<void> {
    await this.#handlers.batch(batch, () => this.#proveMembership()).catch(() => {});
  }

  /** Resolves at once where the group has answered within the interval. */
  async #proveMembership(): Promise<void> {
    if (this.#over.signal.aborted) throw ended();
    if (this.#revoked) throw movedOn();
    const { heartbeatIntervalMs } = this.#options;
    if (this.#surroundings.clock.monotonic() - this.#answeredAt < heartbeatIntervalMs) return;
    const answer = this.#nextAnswer.wait();
    void this.#beat();
    await answer;
  }

  /** One at a time. Never rejects. */
  #beat(): Promise<void> {
    this.#beating ??= this.#beatOnce().finally(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  async #beatOnce(): Promise<void> {
    const joined = this.#joined;
    if (joined === undefined || this.#over.signal.aborted) return;
    const { clock } = this.#surroundings;
    const isSilent = () => clock.monotonic() - this.#answeredAt > this.#options.sessionTimeoutMs;
    const late = new AbortController();
    const answer = this.#membership.heartbeat(joined);
    const error = await Promise.race([
      answer.then(
        () => null,
        (cause: unknown) => cause,
      ),
      clock.sleep(this.#options.sessionTimeoutMs, late.signal).then(() => silence()),
    ]);
    late.abort();
    if (joined !== this.#joined || this.#over.signal.aborted) return;
    if (error === null) {
      this.#answeredAt = clock.monotonic();
      this.#nextAnswer.came();
      return;
    }
    const answers = answersIn(error);
    if (answers.has("REBALANCE_IN_PROGRESS")) {
      this.#answeredAt = clock.monotonic();
      this.#revoke();
    } else if (answers.has("ILLEGAL_GENERATION") || forgotten.some((each) => answers.has(each))) {
      this.#tellOfLoss();
      this.#revoke();
    } else if (isRightRefused(error) || isSilent()) this.#fail(error);
  }

  #tellOfLoss(): void {
    if (this.#toldOfLoss) return;
    this.#toldOfLoss = true;
    this.#handlers.assigned([]);
    this.#handlers.revoked();
  }

  /** The group moves on: work under way is to come to an end, and then we join again. */
  #revoke(): void {
    if (this.#revoked) return;
    this.#revoked = true;
    this.#nextAnswer.failed(movedOn());
    if (!this.#toldOfLoss) this.#handlers.revoked();
    this.#movedOn.resolve();
  }

  #fail(error: unknown): void {
    this.#failed.resolve(error instanceof Error ? error : new Error(String(error)));
  }

  #finish(): void {
    this.#over.abort();
    this.#reading?.end();
    this.#nextAnswer.failed(ended());
  }
}

function ended(): TransientError {
  return new TransientError("Cannot go on: the member must be in its group: it has ended");
}

function movedOn(): TransientError {
  return new TransientError("Cannot go on: the group has moved on");
}

function silence(): TransientError {
  return new TransientError("Cannot go on: the group must answer within the session timeout");
}
