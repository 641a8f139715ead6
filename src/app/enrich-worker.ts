/**
 * One partition of the raw topic under the enrich role: bytes → events → context → routes → enriched records, and what
 * cannot be read → dead letters.
 *
 * A step of a batch is done when everything it gave rise to is acknowledged. Read again after a crash, it gives the same records
 * with the same origins, which the correlator knows and drops. What its events taught the tables goes out with it.
 */
import type { EngineFinding } from "../alerts/engine-alert.ts";
import type { Clock } from "../clock.ts";
import { dropOf } from "../correlation/sensor-drops.ts";
import type { EnrichmentChain } from "../enrichment/chain.ts";
import type { TableChange } from "../enrichment/enricher.ts";
import { InvalidMessage, messageOf } from "../errors.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import { route } from "../rules/routing.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { usableBy } from "../rules/usable.ts";
import type { ReadAvro, ReadRecord } from "../sources/read-record.ts";
import type { LogRecord, OutgoingRecord, Producer } from "../transport/log.ts";
import type { Checkpoint, PartitionWorker } from "../transport/partition-worker.ts";
import type { AlignmentState } from "./alignment.ts";
import { copyHeader, dropsRecord, rulesHeader } from "./control-records.ts";
import { deadLetter, refuseUnreadable } from "./dead-letter.ts";
import type { DeadLetterGate } from "./dead-letter-gate.ts";
import type { EnrichObserver } from "./enrich-observer.ts";
import { quarantined } from "./quarantined.ts";
import { StepCounts } from "./step-counts.ts";
import { unreadableFinding } from "./unreadable-batch.ts";

export interface EnrichContext {
  readonly topics: { readonly raw: string; readonly enriched: string; readonly deadLetter: string };
  /** The rules of now; asked before every step. */
  readonly rules: () => RuleSet;
  readonly chain: EnrichmentChain;
  /** The record that tells others what an event taught. */
  readonly changeRecord: (change: TableChange) => OutgoingRecord;
  readonly readRecord: ReadRecord;
  readonly readAvro: ReadAvro;
  readonly encode: (event: SecurityEvent) => Buffer;
  readonly partitionOf: (key: string) => number;
  /** Number of partitions of the enriched topic. */
  readonly partitions: number;
  readonly producer: Producer;
  /** Records read and sent in one step at most. */
  readonly maxRecords: number;
  readonly forward: "all" | "matched";
  readonly clock: Clock;
  /** The offset to begin at: committed, or the log's first. */
  /** An alert of the engine about itself, as a record of the alerts topic. */
  readonly report: (finding: EngineFinding) => OutgoingRecord;
  readonly gate: DeadLetterGate;
  readonly startOffset: (partition: number) => Promise<number>;
  readonly observe: EnrichObserver;
}

/** A raw record and what it gave rise to. */
interface Result {
  readonly record: LogRecord;
  readonly outgoing: readonly OutgoingRecord[];
}

/** What the watermark writer publishes once the offset is committed. */
export interface EnrichCheckpoint extends Checkpoint {
  /** Highest event time read; null: none yet. */
  readonly time: number | null;
  /** Broker time of the newest record read; null: none yet. */
  readonly newest: number | null;
  /** Reader's clock when a record last came, or the partition was taken over. */
  readonly lastArrival: number;
}

export class EnrichWorker implements PartitionWorker<EnrichCheckpoint> {
  readonly partition: number;
  readonly #context: EnrichContext;
  #position = 0;
  #time: number | null = null;
  #newest: number | null = null;
  #lastArrival: number;
  #read = 0;
  #end = 0;
  #released = false;
  /** Compiled once for a rule set. */
  #usable: { readonly rules: RuleSet; readonly by: ReturnType<typeof usableBy> } | null = null;
  /** What events taught and nobody else was told yet, by table and key; of several changes the last. */
  readonly #taught = new Map<string, TableChange>();

  constructor(partition: number, context: EnrichContext) {
    this.partition = partition;
    this.#context = context;
    this.#lastArrival = context.clock.now();
  }

  /** How far it is, for alignment with the other partitions of this process. */
  alignmentState(): AlignmentState {
    const atEnd = this.#position >= this.#end;
    return { partition: this.partition, time: this.#time, recordsRead: this.#read, atEnd };
  }

  async claim(): Promise<number> {
    this.#position = await this.#context.startOffset(this.partition);
    this.#lastArrival = this.#context.clock.now();
    return this.#position;
  }

  /**
   * Step by step: a large batch is committed in between, and heartbeats are not kept waiting. Else a process that is
   * slower than its session would read the same batch again and again.
   */
  async process(records: readonly LogRecord[], end: number): Promise<void> {
    const { maxRecords } = this.#context;
    for (let start = 0; start < records.length && !this.#released; start += maxRecords) {
      await this.#step(records.slice(start, start + maxRecords), end);
    }
  }

  async #step(records: readonly LogRecord[], end: number): Promise<void> {
    const { clock } = this.#context;
    const rules = this.#context.rules();
    const results: Result[] = [];
    const counts = new StepCounts();
    let time = this.#time;
    for (const record of records) {
      const outgoing: OutgoingRecord[] = [];
      const read = this.#events(record, outgoing);
      // Most are there at once, and a turn of the queue for each would cost more than some of what follows.
      const events = read instanceof Promise ? await read : read;
      for (const event of events) {
        if (time === null || event.timestamp > time) time = event.timestamp;
        this.#forward(event, rules, outgoing, counts);
      }
      results.push({ record, outgoing });
    }
    counts.tell(this.#context.observe);
    await this.#send(results);
    const last = records.at(-1)!;
    this.#position = last.offset + 1;
    this.#time = time;
    this.#newest = Math.max(this.#newest ?? 0, last.timestamp);
    this.#lastArrival = clock.now();
    this.#read += records.length;
    this.#end = end;
  }

  position(): number {
    return this.#position;
  }

  checkpoint(): EnrichCheckpoint {
    return { offset: this.#position, time: this.#time, newest: this.#newest, lastArrival: this.#lastArrival };
  }

  /** Raw records lost by retention are the producer's loss; the way goes on. */
  async gap(_from: number, to: number): Promise<void> {
    this.#position = to;
  }

  async quarantine(record: LogRecord, error: unknown): Promise<void> {
    const { producer, topics, observe, report } = this.#context;
    observe.dead(quarantined.reason);
    const fault = new InvalidMessage(quarantined.reason, messageOf(error));
    const finding = quarantined.finding(record, fault.message);
    await producer.send([deadLetter(topics.deadLetter, "enrich", record, fault), report(finding)]);
    this.#position = record.offset + 1;
  }

  release(): void {
    this.#released = true;
  }

  /** All at once; where the log refuses one of them, one raw record after the other, to find out whose it is. */
  async #send(results: readonly Result[]): Promise<void> {
    const { producer, changeRecord } = this.#context;
    const changes = [...this.#taught.values()].map(changeRecord);
    const all = [...results.flatMap(({ outgoing }) => outgoing), ...changes];
    if (all.length === 0) return;
    try {
      await producer.send(all);
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error;
      for (const result of results) await this.#sendAlone(result);
      for (const change of changes) await this.#sendChange(change);
    }
    this.#taught.clear();
  }

  async #sendChange(change: OutgoingRecord): Promise<void> {
    const { producer, observe } = this.#context;
    await producer.send([change]).catch((error: unknown) => {
      if (!(error instanceof InvalidMessage)) throw error;
      observe.refusedChange(String(change.key), error.message);
    });
  }

  async #sendAlone({ record, outgoing }: Result): Promise<void> {
    const { producer, topics, observe } = this.#context;
    try {
      if (outgoing.length > 0) await producer.send(outgoing);
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error;
      observe.dead(error.reason);
      const letter = deadLetter(topics.deadLetter, "enrich", record, error);
      // With its headers it may be too large again; its digest and place then stand for the bytes.
      await producer.send([letter]).catch((again: unknown) => {
        if (!(again instanceof InvalidMessage)) throw again;
        return producer.send([{ ...letter, value: null }]);
      });
    }
  }

  /** The record's events; a record that holds none that can be read becomes a dead letter. */
  #events(
    record: LogRecord,
    outgoing: OutgoingRecord[],
  ): readonly SecurityEvent[] | Promise<readonly SecurityEvent[]> {
    const { topics, readRecord, readAvro } = this.#context;
    const { partition, offset, timestamp, headers, value } = record;
    try {
      refuseUnreadable(record);
      const origin = { topic: topics.raw, partition, offset, broker_time: timestamp };
      const events = readRecord({ value, headers, origin }, readAvro);
      if (!(events instanceof Promise)) return events;
      return events.catch((error: unknown) => this.#refuse(error, record, outgoing));
    } catch (error) {
      return this.#refuse(error, record, outgoing);
    }
  }

  #refuse(error: unknown, record: LogRecord, outgoing: OutgoingRecord[]): readonly SecurityEvent[] {
    if (!(error instanceof InvalidMessage)) throw error;
    const { topics, gate, report, observe } = this.#context;
    observe.dead(error.reason);
    if (gate.admits()) {
      outgoing.push(deadLetter(topics.deadLetter, "enrich", record, error));
      const unreadable = unreadableFinding(record);
      if (unreadable !== null) outgoing.push(report(unreadable));
    }
    const flood = gate.finding();
    if (flood !== null) outgoing.push(report(flood));
    return [];
  }

  #forward(event: SecurityEvent, rules: RuleSet, outgoing: OutgoingRecord[], counts: StepCounts): void {
    const { chain, encode, partitionOf, topics, forward } = this.#context;
    counts.event(event.source);
    for (const change of chain.learn(event)) this.#taught.set(`${change.table}/${change.key}`, change);
    if (forward === "matched" && !this.#mayUse(event, rules)) {
      counts.withheld();
      return;
    }
    const enriched = chain.enrich(event);
    this.#tellDrops(enriched, outgoing, counts);
    const { routes, used } = route(rules, enriched);
    if (!used && forward === "matched") {
      counts.withheld();
      return;
    }
    const value = encode(enriched);
    for (const { key, copy } of routes) {
      const headers: Record<string, string> = { [rulesHeader]: rules.version };
      if (copy) headers[copyHeader] = "1";
      outgoing.push({ topic: topics.enriched, partition: partitionOf(key), key, value, headers });
      counts.forwarded(copy ? "copy" : "primary");
    }
  }

  /** Whether it is worth enriching: a rule may use it, or it tells of losses. */
  #mayUse(event: SecurityEvent, rules: RuleSet): boolean {
    if (this.#usable?.rules !== rules) {
      this.#usable = { rules, by: usableBy(rules.rules, this.#context.chain.enrichers) };
    }
    return this.#usable.by(event) || dropOf(event) !== null;
  }

  /** Groups of every partition may lack what a sensor lost. */
  #tellDrops(event: SecurityEvent, outgoing: OutgoingRecord[], counts: StepCounts): void {
    const drop = dropOf(event);
    if (drop === null) return;
    const { partitions, topics } = this.#context;
    for (let partition = 0; partition < partitions; partition += 1) {
      outgoing.push(dropsRecord(topics.enriched, partition, drop));
      counts.forwarded("control");
    }
  }
}
