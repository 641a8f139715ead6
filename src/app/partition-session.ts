/**
 * One owner's session with the state of one partition: claim, then apply and emit in turn (design: state).
 *
 * `apply` changes windows, offset and outbox in one step and only then sends; the next apply clears what was
 * acknowledged. Whatever stops it in between, the next claim sends the outbox again: an alert may come twice, under the
 * same id and revision with the same content, and is never lost.
 */

import type { Clock } from "../clock.ts";
import type { LevelRecord } from "../correlation/level-progress.ts";
import type { RawProgress, RawProgressRecord, SeenMember } from "../correlation/raw-progress.ts";
import type { SensorDrop } from "../correlation/sensor-drops.ts";
import type { Due, GroupChange, GroupKey, PartitionState, StoredGroup } from "../state/store.ts";
import type { Producer } from "../transport/log.ts";
import { type Emission, type EmissionTargets, emissionOf, outboxRecord, outgoing } from "./outbox.ts";
import type { OverloadRecord } from "./overload-reports.ts";
import type { RuleAges } from "./rule-ages.ts";

export interface SessionContext {
  readonly state: PartitionState;
  readonly targets: EmissionTargets;
  readonly producer: Producer;
  readonly clock: Clock;
  /** Names applies of this process apart from those of others; any unique text. */
  readonly processId: string;
  /** Version of the rules that are judged by. */
  readonly rulesVersion: () => string;
  readonly ruleAges: () => RuleAges;
  readonly drops: () => readonly SensorDrop[];
  readonly overload: () => readonly OverloadRecord[];
  readonly emitted: (emission: Emission) => void;
}

/** The partition's own record in the state. */
interface PartitionMeta {
  readonly progress: RawProgressRecord;
  readonly seq: number;
  readonly rules: string;
  /** Absent: written before rules had ages. */
  readonly ages?: RuleAges;
  /** Offset at which a rebuilding of lost state ends; null: none is under way. */
  readonly rebuilding: number | null;
  /** What other partitions have said of how far they are, for rules over rules of other groups. */
  readonly levels?: readonly LevelRecord[];
  /** When sensors lost events; absent: never of late. */
  readonly drops?: readonly SensorDrop[];
  /** What was given up under load and not told yet; absent: nothing. */
  readonly overload?: readonly OverloadRecord[];
}

export interface Claimed {
  /** Null: the store knows nothing of the partition. */
  readonly offset: number | null;
  readonly progress: RawProgressRecord | null;
  readonly seen: readonly SeenMember[];
  /** Null: nothing is known of them, or no rules were ever. */
  readonly ages: RuleAges | null;
  /** A rebuilding of lost state that an earlier owner began ends at this offset; null: none is under way. */
  readonly rebuilding: number | null;
  readonly levels: readonly LevelRecord[];
  readonly drops: readonly SensorDrop[];
  readonly overload: readonly OverloadRecord[];
  /** Live groups by window name. */
  readonly live: ReadonlyMap<string, number>;
  /** Outbox records that were sent again. */
  readonly resent: number;
}

export interface Applied {
  readonly durationMs: number;
  readonly emitted: number;
}

/** Groups freed in one go. */
const trimmedAtOnce = 5_000;

export class PartitionSession {
  readonly #context: SessionContext;
  #epoch = 0;
  #applies = 0;
  #seq = 0;
  #acked = 0;
  /** The store holds an offset of ours, as far as we know. */
  #continues: boolean = false;

  constructor(context: SessionContext) {
    this.#context = context;
  }

  /** Fences every older owner and sends what it left behind. Throws TransientError. */
  async claim(): Promise<Claimed> {
    const claim = await this.#context.state.claim();
    const meta = claim.meta === null ? null : (JSON.parse(claim.meta) as PartitionMeta);
    this.#epoch = claim.epoch;
    this.#continues = claim.offset !== null;
    this.#applies = 0;
    this.#seq = Math.max(meta?.seq ?? 0, claim.outbox.at(-1)?.seq ?? 0);
    this.#acked = (claim.outbox[0]?.seq ?? this.#seq + 1) - 1;
    await this.#emit(claim.outbox.map(emissionOf));
    return {
      offset: claim.offset,
      progress: meta?.progress ?? null,
      seen: claim.seen,
      ages: meta?.ages ?? null,
      rebuilding: meta?.rebuilding ?? null,
      levels: meta?.levels ?? [],
      drops: meta?.drops ?? [],
      overload: meta?.overload ?? [],
      live: claim.live,
      resent: claim.outbox.length,
    };
  }

  /** Throws ClaimLost, TransientError: then nothing was changed, or all of it and the claim tells. */
  async apply(
    from: number,
    to: number,
    groups: readonly GroupChange[],
    live: ReadonlyMap<string, number>,
    progress: RawProgress,
    emissions: readonly Emission[],
    rebuilding: number | null,
    levels: readonly LevelRecord[] = [],
  ): Promise<Applied> {
    const { state, clock, processId, rulesVersion, ruleAges } = this.#context;
    const drops = this.#context.drops();
    const overload = this.#context.overload();
    const outbox = emissions.map((emission) => outboxRecord(++this.#seq, emission));
    const { seen, floors } = progress.takeChanges();
    const meta: PartitionMeta = {
      progress: progress.record(),
      seq: this.#seq,
      rules: rulesVersion(),
      ages: ruleAges(),
      rebuilding,
      ...(levels.length === 0 ? {} : { levels }),
      ...(drops.length === 0 ? {} : { drops }),
      ...(overload.length === 0 ? {} : { overload }),
    };
    const started = clock.monotonic();
    this.#applies += 1;
    await state.apply({
      epoch: this.#epoch,
      token: `${processId}/${this.#epoch}/${this.#applies}`,
      expectedOffset: from,
      continues: this.#continues,
      nextOffset: to,
      meta: JSON.stringify(meta),
      groups,
      outbox,
      outboxAcked: this.#acked,
      seen,
      seenFloor: floors,
      live,
    });
    this.#continues = true;
    const durationMs = clock.monotonic() - started;
    await this.#emit(emissions);
    return { durationMs, emitted: emissions.length };
  }

  /** Windows as the store has them for this claim. Throws ClaimLost, TransientError; likewise `due` and `expiring`. */
  load(keys: readonly GroupKey[]): Promise<readonly StoredGroup[]> {
    return this.#context.state.load(keys, this.#epoch);
  }

  due(time: number, limit: number): Promise<readonly Due[]> {
    return this.#context.state.due(time, limit, this.#epoch);
  }

  expiring(time: number, limit: number): Promise<readonly Due[]> {
    return this.#context.state.expiring(time, limit, this.#epoch);
  }

  /** Frees what has expired, of a store that may be full: returns whether that changed what a claim tells. */
  async trim(time: number): Promise<boolean> {
    return (await this.#context.state.trim(this.#epoch, time, trimmedAtOnce)) > 0;
  }

  async #emit(emissions: readonly Emission[]): Promise<void> {
    const { producer, targets, emitted } = this.#context;
    if (emissions.length > 0) {
      await producer.send(emissions.map((emission) => outgoing(emission, targets)));
      for (const emission of emissions) emitted(emission);
    }
    this.#acked = this.#seq;
  }
}
