/**
 * What one enriched partition knows of the raw partitions behind it: how far each has been read (its event time and its
 * floor), and which raw records above the floor have been taken up already (design: time across partitions).
 *
 * A partition's event time is the minimum over *all* raw partitions; one that has not been heard of holds it back. So a
 * backlog whose raw partitions are read at wildly different speeds is judged as if it had been read in order.
 * Times and floors only rise: a repeated or stale watermark record changes nothing. A record below its raw partition's
 * floor, or in the set of those seen since, is a transport duplicate.
 */

/** What a watermark record says of one raw partition. */
export interface RawPartitionProgress {
  readonly partition: number;
  /** Highest event time read (or the idle clock), epoch milliseconds; null: nothing read yet. */
  readonly time: number | null;
  /** Every raw record below this offset is in the enriched log before the watermark record. */
  readonly offset: number;
  readonly at_end: boolean;
}

export interface WatermarkRecord {
  /** Number of partitions of the raw topic. */
  readonly raw_partitions: number;
  readonly progress: readonly RawPartitionProgress[];
}

/** Where an enriched record came from, as far as duplicates are concerned. */
export interface RawPosition {
  readonly partition: number;
  readonly offset: number;
  readonly index: number;
  readonly broker_time: number;
}

/** `new`: take it up. `duplicate`: drop it. `recreated`: the raw topic began anew; take it up, and tell. */
export type Arrival = "new" | "duplicate" | "recreated";

interface RawPartition {
  time: number | null;
  floor: number;
  /** Broker time of the newest record taken up. */
  newest: number;
}

export interface RawProgressRecord {
  readonly raw_partitions: number | null;
  readonly partitions: Readonly<Record<string, RawPartition>>;
}

export interface SeenMember {
  readonly rawPartition: number;
  readonly offset: number;
  /** `<index>/<key>` */
  readonly member: string;
}

/** A floor above all offsets. */
const everything = Number.MAX_SAFE_INTEGER;

export class RawProgress {
  #count: number | null;
  readonly #partitions: Map<number, RawPartition>;
  /** Per raw partition: `<offset>/<index>/<key>` → offset. */
  readonly #seen = new Map<number, Map<string, number>>();
  #added: SeenMember[] = [];
  #floors = new Map<number, number>();

  constructor(record: RawProgressRecord | null, seen: Iterable<SeenMember>) {
    this.#count = record?.raw_partitions ?? null;
    const partitions = Object.entries(record?.partitions ?? {});
    this.#partitions = new Map(partitions.map(([partition, known]) => [Number(partition), { ...known }]));
    for (const { rawPartition, offset, member } of seen)
      this.#seenOf(rawPartition).set(`${offset}/${member}`, offset);
  }

  /** The event time reached on every raw partition; -Infinity while one is unheard of. */
  get time(): number {
    if (this.#count === null) return Number.NEGATIVE_INFINITY;
    let time = Number.POSITIVE_INFINITY;
    for (let partition = 0; partition < this.#count; partition += 1) {
      time = Math.min(time, this.#partitions.get(partition)?.time ?? Number.NEGATIVE_INFINITY);
    }
    return time;
  }

  /** What `time` would be after this record, without taking it up. */
  timeAfter(records: Iterable<WatermarkRecord>): number {
    const copy = new RawProgress(this.record(), []);
    for (const record of records) copy.watermark(record);
    return copy.time;
  }

  /** Takes up a watermark record; returns the event time now reached. */
  watermark({ raw_partitions: count, progress }: WatermarkRecord): number {
    this.#count = Math.max(this.#count ?? 0, count);
    for (const { partition, time, offset } of progress) {
      const known = this.#known(partition);
      if (time !== null && (known.time === null || time > known.time)) known.time = time;
      if (offset > known.floor) {
        known.floor = offset;
        if (this.#floors.get(partition) !== everything) this.#floors.set(partition, offset);
        const seen = this.#seen.get(partition);
        for (const [member, at] of seen ?? []) if (at < offset) seen!.delete(member);
      }
    }
    return this.time;
  }

  /** Notes an enriched record under its key, and says whether it is new. */
  arrive({ partition, offset, index, broker_time: brokerTime }: RawPosition, key: string): Arrival {
    const known = this.#known(partition);
    const seen = this.#seenOf(partition);
    const member = `${index}/${key}`;
    if (offset < known.floor || seen.has(`${offset}/${member}`)) {
      if (brokerTime <= known.newest) return "duplicate";
      this.#restart(partition, known);
      this.#take(partition, known, offset, member, brokerTime);
      return "recreated";
    }
    this.#take(partition, known, offset, member, brokerTime);
    return "new";
  }

  record(): RawProgressRecord {
    return { raw_partitions: this.#count, partitions: Object.fromEntries(this.#partitions) };
  }

  /**
   * What was seen, and which floors rose, since this was last asked. Where a topic began anew, the store forgets all of
   * its old offsets in this step, which look like the new ones; those are told with the next.
   */
  takeChanges(): { readonly seen: readonly SeenMember[]; readonly floors: ReadonlyMap<number, number> } {
    const floors = this.#floors;
    const above = this.#added.filter(({ rawPartition, offset }) => offset >= this.#known(rawPartition).floor);
    const later = ({ rawPartition }: SeenMember): boolean => floors.get(rawPartition) === everything;
    this.#added = above.filter(later);
    this.#floors = new Map();
    return { seen: above.filter((member) => !later(member)), floors };
  }

  #take(partition: number, known: RawPartition, offset: number, member: string, brokerTime: number): void {
    if (brokerTime > known.newest) known.newest = brokerTime;
    this.#seenOf(partition).set(`${offset}/${member}`, offset);
    this.#added.push({ rawPartition: partition, offset, member });
  }

  /** The topic was made anew: its offsets begin again, what is known of the old ones means nothing. */
  #restart(partition: number, known: RawPartition): void {
    known.floor = 0;
    this.#seenOf(partition).clear();
    this.#added = this.#added.filter(({ rawPartition }) => rawPartition !== partition);
    this.#floors.set(partition, everything);
  }

  #known(partition: number): RawPartition {
    let known = this.#partitions.get(partition);
    if (known === undefined) {
      known = { time: null, floor: 0, newest: 0 };
      this.#partitions.set(partition, known);
    }
    return known;
  }

  #seenOf(partition: number): Map<string, number> {
    let seen = this.#seen.get(partition);
    if (seen === undefined) {
      seen = new Map();
      this.#seen.set(partition, seen);
    }
    return seen;
  }
}
