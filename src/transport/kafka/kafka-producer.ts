import type { Clock } from "../../clock.ts";
import { InvalidMessage, messageOf, TransientError } from "../../errors.ts";
import { backoffDelay } from "../backoff.ts";
import type { OutgoingRecord, Producer, Right } from "../log.ts";
import type { KafkaLogLine } from "./kafka-client-options.ts";
import { answersIn } from "./kafka-error.ts";
import { partitionFor } from "./partition-for.ts";
import type { RecordClient, RequestSender } from "./record-client.ts";
import { refusalOf, refusedRetryMs } from "./refusal-of.ts";
import { type QueuedRecord, SendQueue } from "./send-queue.ts";

export interface KafkaProducerOptions {
  readonly client: Pick<RecordClient, "sender">;
  readonly clock: Clock;
  readonly log: (line: KafkaLogLine) => void;
  /** Current number of partitions, 0 without the topic; `fresh` asks the broker. */
  readonly partitions: (topic: string, fresh: boolean) => Promise<number>;
  /** What a producer to these topics needs and is denied. */
  readonly denied: (topics: readonly string[]) => Promise<readonly Right[]>;
}

/** Below the broker's default `message.max.bytes`, should all go to one partition. */
const maxRequestBytes = 900_000;
const maxRequestRecords = 2_000;
const backoff = { minMs: 50, maxMs: 2_000, random: Math.random };
/** Errors of the broker that the same record will always meet. */
const hopeless = new Set(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE", "INVALID_RECORD"]);

/**
 * One request in flight, everything that waits in the next. The clients' own retries are off, for two reasons: an
 * idempotent or retried request whose reply is lost can be acknowledged without being in the log, and after a change of
 * leaders a retry leaves out partitions. Here a request that failed has an unknown outcome, so its records go out
 * again, the same ones in the same order, over a new connection: some may be doubled, none is lost or overtaken.
 */
export class KafkaProducer implements Producer {
  readonly #options: KafkaProducerOptions;
  readonly #queue = new SendQueue();
  readonly #closing = new AbortController();
  #sender: RequestSender | undefined;
  #working: Promise<void> | undefined;
  /** Lowered to find the one record that the broker refuses. */
  #limit = maxRequestRecords;
  #turn = 0;

  constructor(options: KafkaProducerOptions) {
    this.#options = options;
  }

  send(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(closedError());
    const sent = this.#queue.push(records);
    this.#working ??= this.#work();
    return sent;
  }

  pending(): number {
    return this.#queue.length;
  }

  async close(timeoutMs = 10_000): Promise<void> {
    const inTime = new AbortController();
    await Promise.race([this.#working, this.#options.clock.sleep(timeoutMs, inTime.signal)]);
    inTime.abort();
    this.#closing.abort();
    await this.#disconnect(); // ends a request in flight
    await this.#working;
    this.#queue.settle(this.#queue.length, closedError());
  }

  async #work(): Promise<void> {
    await Promise.resolve(); // what is sent in the same turn goes out together
    for (let failures = 0; this.#queue.length > 0 && !this.#closing.signal.aborted; ) {
      const request = this.#queue.peek(this.#limit, maxRequestBytes);
      try {
        await this.#choosePartitions(request, failures > 0);
        if (this.#closing.signal.aborted) break; // no connection is opened after the end
        this.#sender ??= this.#options.client.sender();
        await this.#sender.deliver(request);
        this.#queue.settle(request.length);
        this.#limit = Math.min(maxRequestRecords, this.#limit * 2);
        failures = 0;
      } catch (error) {
        if (this.#isHopeless(error)) this.#narrowDown(request, error);
        else await this.#startOver(failures++, request, error);
      }
    }
    this.#working = undefined; // in the same turn as the last look at the queue: no send may fall in between
  }

  async #choosePartitions(request: readonly QueuedRecord[], fresh: boolean): Promise<void> {
    const counts = new Map<string, number>();
    for (const queued of request) {
      const { topic, partition, key } = queued.record;
      const count = counts.get(topic) ?? (await this.#options.partitions(topic, fresh));
      counts.set(topic, count);
      // The client silently leaves out records for partitions that it does not know.
      const wanted = queued.partition ?? partition ?? 0;
      if (wanted >= count) {
        throw new TransientError(
          `Cannot send to partition ${wanted} of "${topic}": it must exist: current value is ${count} partitions`,
        );
      }
      queued.partition ??= partition ?? (key === null ? this.#turn++ % count : partitionFor(key, count));
    }
  }

  async #disconnect(): Promise<void> {
    const old = this.#sender;
    this.#sender = undefined;
    await old?.close();
  }

  async #startOver(failures: number, request: readonly QueuedRecord[], error: unknown): Promise<void> {
    const topics = [...new Set(request.map(({ record }) => record.topic))];
    const refusal = await refusalOf(error, () => this.#options.denied(topics));
    const retryInMs = refusal === null ? Math.round(backoffDelay(failures, backoff)) : refusedRetryMs;
    if (!this.#closing.signal.aborted) {
      const fields = { error: refusal ?? messageOf(error), pending: this.#queue.length, retryInMs };
      const level = refusal === null ? "warn" : "error";
      this.#options.log({ level, message: "Sending failed, trying again", fields });
    }
    await this.#disconnect();
    await this.#options.clock.sleep(retryInMs, this.#closing.signal);
  }

  #isHopeless(error: unknown): error is Error {
    return error instanceof Error && [...answersIn(error)].some((answer) => hopeless.has(answer));
  }

  /** Sends less at once until the record that the broker refuses stands alone; then gives it back. */
  #narrowDown(request: readonly QueuedRecord[], error: Error): void {
    this.#limit = Math.max(1, request.length >> 1);
    if (request.length > 1) return;
    const { record, bytes } = request[0]!;
    const message = `Cannot send a record to "${record.topic}": the broker must take it: current value is ${bytes} bytes, "${error.message}"`;
    const reason = answersIn(error).has("INVALID_RECORD") ? "refused" : "too-large";
    this.#queue.settle(1, new InvalidMessage(reason, message, { cause: error }));
  }
}

function closedError(): TransientError {
  return new TransientError("Cannot send: the producer must be open: current value is closed");
}
