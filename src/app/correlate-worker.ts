/**
 * One partition of the enriched topic under the correlate role: claim, load, judge, apply, emit (design: state).
 *
 * A slice of records is judged in memory, then windows, offset and outbox change in one step; only then are alerts sent.
 * Whatever stops it in between, the next owner claims, sends what the outbox holds, and goes on at the stored offset.
 * Redelivered records lie below the offset or are known by their origin; late and out-of-order ones are the judge's.
 */

import type { ActionSettings } from "../actions/plan-actions.ts";
import { planActions } from "../actions/plan-actions.ts";
import { alertOf } from "../alerts/alert-of.ts";
import type { Clock } from "../clock.ts";
import type { JudgeSettings } from "../correlation/judge-settings.ts";
import { PartitionJudge, type Touch } from "../correlation/partition-judge.ts";
import { RawProgress, type RawProgressRecord, type WatermarkRecord } from "../correlation/raw-progress.ts";
import type { Verdict } from "../correlation/verdict.ts";
import { InvalidMessage } from "../errors.ts";
import { decodeGroupKey } from "../events/decode-group-key.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { GroupChange, GroupKey, PartitionState } from "../state/store.ts";
import type { LogRecord, OutgoingRecord, Producer } from "../transport/log.ts";
import type { Checkpoint, PartitionWorker } from "../transport/partition-worker.ts";
import { controlHeader, readWatermark } from "./control-records.ts";
import { deadLetter } from "./dead-letter.ts";
import { type Emission, type EmissionTargets, emissionOf, outboxRecord, outgoing } from "./outbox.ts";

export interface CorrelateContext {
  readonly topics: { readonly raw: string; readonly enriched: string; readonly deadLetter: string };
  readonly rules: RuleSet;
  readonly judge: JudgeSettings;
  readonly actions: ActionSettings;
  readonly decode: (value: Buffer) => SecurityEvent | Promise<SecurityEvent>;
  readonly targets: EmissionTargets;
  readonly producer: Producer;
  /** Records judged and applied in one step at most. */
  readonly maxRecords: number;
  /** Window entries and groups kept in memory between batches, per partition, at most. */
  readonly cacheEntries: number;
  readonly clock: Clock;
  /** Names applies of this process apart from those of others; any unique text. */
  readonly processId: string;
  /** Where a partition without any state begins. */
  readonly startOffset: (partition: number) => Promise<number>;
  readonly observe: CorrelateObserver;
}

export interface CorrelateObserver {
  claimed(partition: number, resent: number): void;
  applied(partition: number, summary: ApplySummary): void;
  emitted(emission: Emission): void;
  dead(reason: string): void;
  duplicate(partition: number): void;
  recreated(partition: number, rawPartition: number): void;
  gap(partition: number, from: number, to: number): void;
}

export interface ApplySummary {
  readonly records: number;
  readonly durationMs: number;
  readonly judged: number;
  readonly late: number;
  /** Event time reached on all raw partitions, epoch milliseconds; -Infinity: not yet. */
  readonly time: number;
  readonly groups: number;
  readonly entries: number;
  readonly open: number;
  readonly outbox: number;
}

/** The partition's own record in the state. */
interface PartitionMeta {
  readonly progress: RawProgressRecord;
  readonly seq: number;
  readonly rules: string;
}

/** A record of the slice, decoded. */
type Item =
  | {
      readonly kind: "event";
      readonly record: LogRecord;
      readonly event: SecurityEvent;
      readonly touches: readonly Touch[];
    }
  | { readonly kind: "watermark"; readonly record: LogRecord; readonly body: WatermarkRecord }
  | { readonly kind: "none"; readonly record: LogRecord };

/** Due groups looked at in one round at most. */
const dueLimit = 5_000;
/** An alert of another version of a rule is given up once it is due for so long (event time). */
const orphanMs = 86_400_000;

export class CorrelateWorker implements PartitionWorker<Checkpoint> {
  readonly #partition: number;
  readonly #context: CorrelateContext;
  readonly #state: PartitionState;
  #epoch = 0;
  #position = 0;
  #committable = 0;
  #applies = 0;
  #seq = 0;
  #acked = 0;
  #outbox = 0;
  #released = false;
  #judge: PartitionJudge;
  #progress = new RawProgress(null, []);

  constructor(partition: number, state: PartitionState, context: CorrelateContext) {
    this.#partition = partition;
    this.#state = state;
    this.#context = context;
    this.#judge = new PartitionJudge(context.rules, context.judge);
  }

  async claim(): Promise<number> {
    const { rules, judge, observe, startOffset } = this.#context;
    const claim = await this.#state.claim();
    const meta = claim.meta === null ? null : (JSON.parse(claim.meta) as PartitionMeta);
    this.#epoch = claim.epoch;
    this.#progress = new RawProgress(meta?.progress ?? null, claim.seen);
    this.#judge = new PartitionJudge(rules, judge, this.#progress.time);
    this.#seq = Math.max(meta?.seq ?? 0, claim.outbox.at(-1)?.seq ?? 0);
    this.#acked = claim.outbox[0] === undefined ? this.#seq : claim.outbox[0].seq - 1;
    await this.#emit(claim.outbox.map(emissionOf));
    this.#acked = this.#seq;
    this.#outbox = claim.outbox.length;
    observe.claimed(this.#partition, claim.outbox.length);
    this.#position = claim.offset ?? (await startOffset(this.#partition));
    this.#committable = this.#position;
    return this.#position;
  }

  async process(records: readonly LogRecord[]): Promise<void> {
    const { maxRecords } = this.#context;
    for (let start = 0; start < records.length && !this.#released; start += maxRecords) {
      await this.#slice(await this.#decode(records.slice(start, start + maxRecords)));
    }
  }

  position(): number {
    return this.#position;
  }

  checkpoint(): Checkpoint {
    return { offset: this.#committable };
  }

  async gap(from: number, to: number): Promise<void> {
    this.#context.observe.gap(this.#partition, from, to);
    await this.#apply([], to, 0, 0);
  }

  release(): void {
    this.#released = true;
  }

  /** Decodes records; what cannot be decoded goes to the dead letters and counts as nothing. */
  async #decode(records: readonly LogRecord[]): Promise<readonly Item[]> {
    const { decode, observe, topics, producer } = this.#context;
    const dead: OutgoingRecord[] = [];
    const items: Item[] = [];
    for (const record of records) {
      try {
        if (record.headers[controlHeader] === "watermark") {
          items.push({ kind: "watermark", record, body: readWatermark(record.headers) });
        } else if (record.value === null || record.key === null) {
          throw new InvalidMessage("empty", "Cannot judge record: key and value must be present");
        } else {
          const decoded = decode(record.value);
          const event = decoded instanceof Promise ? await decoded : decoded;
          const touches = this.#judge.touches(event, record.key.toString());
          items.push({ kind: "event", record, event, touches });
        }
      } catch (error) {
        if (!(error instanceof InvalidMessage)) throw error;
        observe.dead(error.reason);
        dead.push(deadLetter(topics.deadLetter, "correlate", record, error));
        items.push({ kind: "none", record });
      }
    }
    if (dead.length > 0) await producer.send(dead);
    return items;
  }

  async #slice(items: readonly Item[]): Promise<void> {
    const marks = items.filter((item) => item.kind === "watermark");
    const time =
      marks.length === 0 ? this.#judge.time : this.#progress.timeAfter(marks.map(({ body }) => body));
    if (time > this.#judge.time) {
      const due = await this.#state.due(time, dueLimit);
      if (due.length === dueLimit) return this.#split(items);
      await this.#loadDue(due, time);
    }
    await this.#load(
      items.flatMap((item) => (item.kind === "event" ? item.touches.map(({ key }) => key) : [])),
    );
    await this.#judgeAndApply(items);
  }

  /** Too much falls due at once: what comes before the watermark record, then it alone in rounds, then the rest. */
  async #split(items: readonly Item[]): Promise<void> {
    const at = items.findIndex((item) => item.kind === "watermark");
    if (at > 0) await this.#judgeLoaded(items.slice(0, at));
    const mark = items[at]!;
    if (mark.kind === "watermark") await this.#settleInRounds(this.#progress.timeAfter([mark.body]));
    await this.#judgeLoaded([mark]);
    if (at + 1 < items.length) await this.#slice(items.slice(at + 1));
  }

  async #judgeLoaded(items: readonly Item[]): Promise<void> {
    await this.#load(
      items.flatMap((item) => (item.kind === "event" ? item.touches.map(({ key }) => key) : [])),
    );
    await this.#judgeAndApply(items);
  }

  /** Decides what is due before `time`, a bounded number of groups at a time, the offset standing still. */
  async #settleInRounds(time: number): Promise<void> {
    if (time <= this.#judge.time) return;
    for (;;) {
      const due = await this.#state.due(time, dueLimit);
      if (due.length === 0) return;
      await this.#loadDue(due, time);
      const verdicts: Verdict[] = [];
      this.#judge.settleDue(time, verdicts);
      await this.#apply(verdicts, this.#position, 0, 0);
      if (due.length < dueLimit) return;
    }
  }

  async #loadDue(
    due: readonly { readonly key: GroupKey; readonly at: number }[],
    time: number,
  ): Promise<void> {
    await this.#load(due.map(({ key }) => key));
    const orphans: GroupKey[] = [];
    for (const { key, at } of due) {
      if (this.#judge.has(key)) this.#judge.dueAt(key, at);
      else if (at + orphanMs < time) orphans.push(key);
    }
    this.#judge.forget(orphans);
  }

  async #load(keys: readonly GroupKey[]): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.#judge.has(key));
    if (missing.length === 0) return;
    const stored = await this.#state.load(missing);
    for (const [index, key] of missing.entries()) {
      this.#judge.adopt(key, stored[index]!, decodeGroupKey(key.slice(key.indexOf(":") + 1)));
    }
  }

  async #judgeAndApply(items: readonly Item[]): Promise<void> {
    const { judged, late } = this.#judge.counts;
    const verdicts: Verdict[] = [];
    for (const item of items) {
      if (item.kind === "watermark") {
        this.#judge.advance(this.#progress.watermark(item.body), verdicts);
      } else if (item.kind === "event" && this.#isNew(item.event, item.record)) {
        for (const touch of item.touches) this.#judge.judge(item.event, touch, verdicts);
      }
    }
    const { counts } = this.#judge;
    const next = items.at(-1)!.record.offset + 1;
    await this.#apply(verdicts, next, counts.judged - judged, counts.late - late, items.length);
    this.#judge.evict(this.#context.cacheEntries);
  }

  #isNew({ origin }: SecurityEvent, { key }: LogRecord): boolean {
    if (origin === undefined || origin === null) return true;
    const arrival = this.#progress.arrive(origin, key?.toString() ?? "");
    if (arrival === "duplicate") this.#context.observe.duplicate(this.#partition);
    if (arrival === "recreated") this.#context.observe.recreated(this.#partition, origin.partition);
    return arrival !== "duplicate";
  }

  /** One step: windows, offset, outbox. Then the alerts go out. */
  async #apply(
    verdicts: readonly Verdict[],
    next: number,
    judged: number,
    late: number,
    records = 0,
  ): Promise<void> {
    const emissions = verdicts.flatMap((verdict) => this.#emissions(verdict));
    const outbox = emissions.map((emission) => outboxRecord(++this.#seq, emission));
    const groups: readonly GroupChange[] = this.#judge.takeChanges();
    const { seen, floors } = this.#progress.takeChanges();
    const meta: PartitionMeta = {
      progress: this.#progress.record(),
      seq: this.#seq,
      rules: this.#context.rules.version,
    };
    const started = this.#context.clock.monotonic();
    await this.#state.apply({
      epoch: this.#epoch,
      token: `${this.#context.processId}/${this.#epoch}/${++this.#applies}`,
      expectedOffset: this.#position,
      nextOffset: next,
      meta: JSON.stringify(meta),
      groups,
      outbox,
      outboxAcked: this.#acked,
      seen,
      seenFloor: floors,
    });
    const durationMs = this.#context.clock.monotonic() - started;
    this.#position = next;
    this.#outbox = outbox.length;
    await this.#emit(emissions);
    this.#acked = this.#seq;
    this.#committable = next;
    const { time, groups: cached, entries, openEpisodes } = this.#judge;
    this.#context.observe.applied(this.#partition, {
      records,
      durationMs,
      judged,
      late,
      time,
      groups: cached,
      entries,
      open: openEpisodes,
      outbox: this.#outbox,
    });
  }

  #emissions(verdict: Verdict): readonly Emission[] {
    const { topics, actions } = this.#context;
    const bare = alertOf(verdict, topics.raw);
    const planned = planActions(verdict.rule, bare, actions);
    const alert: Emission = { kind: "alert", record: { ...bare, actions: planned.map(({ id }) => id) } };
    if (verdict.status !== "open") return [alert];
    return [alert, ...planned.map((record): Emission => ({ kind: "action", record }))];
  }

  async #emit(emissions: readonly Emission[]): Promise<void> {
    if (emissions.length === 0) return;
    const { producer, targets, observe } = this.#context;
    await producer.send(emissions.map((emission) => outgoing(emission, targets)));
    for (const emission of emissions) observe.emitted(emission);
  }
}
