import type { Clock } from "../../clock.ts";
import { messageOf } from "../../errors.ts";
import { backoffDelay } from "../backoff.ts";
import type { GroupMember, MemberHandlers, MemberOptions, Right } from "../log.ts";
import type { KafkaLogLine } from "./kafka-client-options.ts";
import type { GroupSession, RecordClient } from "./record-client.ts";
import { refusalOf, refusedRetryMs } from "./refusal-of.ts";

export interface KafkaMemberSurroundings {
  readonly client: Pick<RecordClient, "session">;
  readonly log: (line: KafkaLogLine) => void;
  readonly clock: Clock;
  readonly committed: () => Promise<ReadonlyMap<number, number>>;
  /** What a member needs and is denied. */
  readonly denied: () => Promise<readonly Right[]>;
}

const backoff = { minMs: 100, maxMs: 3_000, random: Math.random };
/** A commit or a stop that the broker does not answer is given up after so long. */
const patienceMs = 10_000;

/** A member of a group, as a succession of sessions: one ends for good where the member should go on. */
export class KafkaMember implements GroupMember {
  readonly #options: MemberOptions;
  readonly #surroundings: KafkaMemberSurroundings;
  readonly #paused = new Set<number>();
  readonly #stopped = new AbortController();
  #session: GroupSession | undefined;
  #commits: Promise<boolean> = Promise.resolve(true);
  #life: Promise<void> = Promise.resolve();

  constructor(options: MemberOptions, surroundings: KafkaMemberSurroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
  }

  async start(handlers: MemberHandlers): Promise<void> {
    this.#life = this.#live(handlers);
  }

  seek(partition: number, offset: number): void {
    this.#session?.seek(partition, offset);
  }

  pause(partition: number): void {
    this.#paused.add(partition);
    this.#session?.pause(partition);
  }

  resume(partition: number): void {
    this.#paused.delete(partition);
    this.#session?.resume(partition);
  }

  /** One after the other: an acceptance is told by an event that names no call. */
  commit(offsets: ReadonlyMap<number, number>): Promise<boolean> {
    this.#commits = this.#commits.then(() => this.#patiently(this.#session?.commit(offsets), false));
    return this.#commits;
  }

  committed(): Promise<ReadonlyMap<number, number>> {
    return this.#surroundings.committed();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#patiently(this.#session?.stop(), undefined);
    this.#session?.abandon();
    await this.#patiently(this.#life, undefined);
  }

  async #live(handlers: MemberHandlers): Promise<void> {
    for (let failures = 0; !this.#stopped.signal.aborted; failures++) {
      const session = this.#surroundings.client.session(this.#options, handlers, this.#paused);
      this.#session = session;
      const started = this.#surroundings.clock.monotonic();
      const ended = session.run().catch((error: unknown) => error);
      const error = await Promise.race([ended, this.#aborted()]);
      if (this.#stopped.signal.aborted) return;
      session.end();
      void session.stop();
      if (this.#surroundings.clock.monotonic() - started > 60_000) failures = 0;
      const refusal = await refusalOf(error, this.#surroundings.denied);
      const retryInMs = refusal === null ? Math.round(backoffDelay(failures, backoff)) : refusedRetryMs;
      const fields = { group: this.#options.group, error: refusal ?? messageOf(error), retryInMs };
      const level = refusal === null ? "warn" : "error";
      this.#surroundings.log({ level, message: "The consumer ended, starting a new one", fields });
      await this.#surroundings.clock.sleep(retryInMs, this.#stopped.signal);
    }
  }

  #aborted(): Promise<void> {
    const { signal } = this.#stopped;
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  async #patiently<T>(work: Promise<T> | undefined, otherwise: T): Promise<T> {
    if (work === undefined) return otherwise;
    const inTime = new AbortController();
    const late = this.#surroundings.clock.sleep(patienceMs, inTime.signal).then(() => otherwise);
    const result = await Promise.race([work, late]);
    inTime.abort();
    return result;
  }
}
