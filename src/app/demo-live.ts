/**
 * A story against a running installation: its records go to the raw topic as a producer would send them, and what the
 * installation makes of them is read from the alerts topic.
 */
import type { Alert } from "../alerts/alert.ts";
import type { Clock } from "../clock.ts";
import type { Codec } from "../codec/codec.ts";
import { ConfigError, InvalidMessage } from "../errors.ts";
import type { Log, LogRecord } from "../transport/log.ts";
import type { StoryRecord } from "./demo-story.ts";

export interface LiveOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly topics: { readonly raw: string; readonly alerts: string };
  readonly decode: Codec<Alert>["decode"];
  /** What must come, by fingerprint. */
  readonly expected: ReadonlyMap<string, Alert>;
  readonly timeoutMs: number;
  /** The records are in the raw topic. */
  readonly onSent: () => void;
  /** The first record of an alert about the story. */
  readonly onAlert: (alert: Alert) => void;
}

const pollMs = 200;

/** Resolves to what has not come in time. Throws ConfigError for missing topics, TransientError when Kafka is away. */
export async function playLive(
  story: readonly StoryRecord[],
  options: LiveOptions,
): Promise<readonly Alert[]> {
  const { log, clock, topics, expected, timeoutMs, onSent, onAlert } = options;
  const alerts = await NewRecords.of(log, topics.alerts);
  const missing = new Map(expected);
  const ours = new Set(story.map(({ event }) => event.id));
  const known = new Set<string>();

  const deadline = clock.monotonic() + timeoutMs;
  await send(story, options);
  onSent();
  while (missing.size > 0) {
    for (const record of await alerts.read()) {
      const alert = await decoded(record, options);
      if (alert === null || known.has(alert.id) || !alert.evidence.some(({ id }) => ours.has(id))) continue;
      known.add(alert.id);
      missing.delete(alert.fingerprint);
      onAlert(alert);
    }
    if (missing.size === 0 || clock.monotonic() >= deadline) break;
    await clock.sleep(pollMs);
  }
  return [...missing.values()];
}

async function send(story: readonly StoryRecord[], { log, topics }: LiveOptions): Promise<void> {
  if ((await log.partitions(topics.raw)) === 0) throw missingTopic(topics.raw);
  const producer = log.producer();
  try {
    await producer.send(
      story.map(({ text }) => ({ topic: topics.raw, key: null, value: Buffer.from(text) })),
    );
  } finally {
    await producer.close();
  }
}

/** Null for what others wrote there and cannot be read. */
async function decoded({ value }: LogRecord, { decode }: LiveOptions): Promise<Alert | null> {
  if (value === null) return null;
  try {
    return await decode(value);
  } catch (error) {
    if (error instanceof InvalidMessage) return null;
    throw error;
  }
}

/** What is appended to a topic from now on. */
class NewRecords {
  readonly #log: Log;
  readonly #topic: string;
  /** Next offset by partition. */
  readonly #next: Map<number, number>;

  private constructor(log: Log, topic: string, next: Map<number, number>) {
    this.#log = log;
    this.#topic = topic;
    this.#next = next;
  }

  static async of(log: Log, topic: string): Promise<NewRecords> {
    const bounds = await log.bounds(topic);
    if (bounds.size === 0) throw missingTopic(topic);
    return new NewRecords(log, topic, new Map([...bounds].map(([partition, { high }]) => [partition, high])));
  }

  async read(): Promise<readonly LogRecord[]> {
    const found: LogRecord[] = [];
    for (const [partition, { low, high }] of await this.#log.bounds(this.#topic)) {
      const from = this.#next.get(partition) ?? low;
      if (from >= high) continue;
      for await (const records of this.#log.read(this.#topic, partition, from, high)) {
        found.push(...records);
        this.#next.set(partition, records.at(-1)!.offset + 1);
      }
    }
    return found;
  }
}

function missingTopic(topic: string): ConfigError {
  return new ConfigError(
    `Cannot play the story: the topics must exist (corral topics create): missing is ${topic}`,
  );
}
