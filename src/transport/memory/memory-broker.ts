import type { Clock } from "../../clock.ts";
import { TransientError } from "../../errors.ts";
import type { OutgoingRecord, TopicSpec } from "../log.ts";
import { MemoryPartition } from "./memory-partition.ts";

interface MemoryTopic {
  readonly partitions: readonly MemoryPartition[];
  readonly config: Readonly<Record<string, string>>;
}

/** What all producers and members of one memory log share: the topics, and whether the log can be reached. */
export class MemoryBroker {
  readonly #clock: Clock;
  readonly #topics = new Map<string, MemoryTopic>();
  readonly #watchers = new Set<() => void>();
  /** Nothing answers: sends wait, calls throw TransientError, members get no batches. */
  away: boolean = false;
  /** Sends are accepted and neither stored nor acknowledged. */
  held: boolean = false;
  /** The next request is stored twice, as when its reply was cut off and it was sent again. */
  doubleNext: boolean = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  create(spec: TopicSpec): boolean {
    if (this.#topics.has(spec.topic)) return false;
    const partitions = Array.from({ length: spec.partitions }, () => new MemoryPartition());
    this.#topics.set(spec.topic, { partitions, config: spec.config });
    this.changed();
    return true;
  }

  config(topic: string): Readonly<Record<string, string>> {
    return this.#topics.get(topic)?.config ?? {};
  }

  /** Empty where there is no such topic. */
  partitions(topic: string): readonly MemoryPartition[] {
    return this.#topics.get(topic)?.partitions ?? [];
  }

  partition(topic: string, partition: number): MemoryPartition {
    const found = this.partitions(topic)[partition];
    if (found) return found;
    throw new RangeError(
      `Cannot find the partition: it must exist: current value is ${partition} of topic "${topic}"`,
    );
  }

  /** Appends at the time of the broker's clock (LogAppendTime). Readers are woken by `changed`. */
  append(record: OutgoingRecord, partition: number): void {
    this.partition(record.topic, partition).append({
      topic: record.topic,
      partition,
      timestamp: this.#clock.now(),
      key: typeof record.key === "string" ? Buffer.from(record.key) : record.key,
      value: record.value,
      headers: record.headers ?? {},
    });
  }

  /** Calls `watcher` after every change, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Resolves once `condition` holds; it is looked at after every change. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (condition()) return resolve();
      const stop = this.watch(() => {
        if (!condition()) return;
        stop();
        resolve();
      });
    });
  }

  /** Throws TransientError while the log is away. */
  demand(action: string): void {
    if (this.away)
      throw new TransientError(`Cannot ${action}: the log must be reachable: current value is away`);
  }
}
