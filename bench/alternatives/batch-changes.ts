/** What a correlator has its store apply: the judge's own changes for events of the generator, in batches of one size. */
import { PartitionJudge } from "../../src/correlation/partition-judge.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { route } from "../../src/rules/routing.ts";
import type { BatchChange } from "../../src/state/store.ts";
import { engineLoad } from "../engine/engine-load.ts";
import { fourRules } from "../engine/lane.ts";
import { rulesOf, settings } from "../support/oracle.ts";

export interface BatchOptions {
  readonly seed: number;
  /** Events of one change, all of use to a rule. */
  readonly batch: number;
  readonly changes: number;
}

/** What they are applied under; the store must hold it. */
export const epoch = 1;
const rawPartitions = 6;
/** About what is above the floor when watermark records come once a second. */
const seenBatches = 4;

/** Changes of one partition, to be applied in this order. Without alerts: what is sent with them is not the state's. */
export function batchChanges({ seed, batch, changes }: BatchOptions): readonly BatchChange[] {
  const rules = rulesOf(fourRules);
  const judge = new PartitionJudge(rules, settings, { ownKeyOnly: true });
  const events = usedEvents(seed, batch * changes);
  return Array.from({ length: changes }, (_, number) => {
    const from = number * batch;
    const part = events.slice(from, from + batch);
    const verdicts: Verdict[] = [];
    for (const event of part) {
      judge.advance(event.timestamp - settings.allowedLateness, verdicts);
      for (const touch of judge.allTouches(event)) judge.judge(event, touch, verdicts);
    }
    return {
      epoch,
      token: `bench/${epoch}/${number + 1}`,
      expectedOffset: from,
      nextOffset: from + batch,
      continues: number > 0,
      meta: metaOf(part.at(-1)!, from + batch),
      groups: judge.takeChanges(),
      outbox: [],
      outboxAcked: 0,
      seen: part.map(({ container_id }, index) => ({
        rawPartition: (from + index) % rawPartitions,
        offset: from + index,
        member: `0/container=${container_id}`,
      })),
      seenFloor: floorsAt(Math.max(0, from - seenBatches * batch)),
      live: judge.live.takeChanges(),
    };
  });
}

/** In order of event time. Throws where the generator gives too few. */
function usedEvents(seed: number, count: number): readonly SecurityEvent[] {
  const rules = rulesOf(fourRules);
  // Of the planted ones some three in four are of use.
  const load = engineLoad({ seed, count: count * 2, shape: "native", irrelevant: 0, hot: 0, late: 0 });
  const used = load.inOrder.filter((event) => route(rules, event).used).slice(0, count);
  if (used.length === count) return used;
  throw new Error(`Cannot measure: ${count} events of use must be made: current value is ${used.length}`);
}

function floorsAt(offset: number): ReadonlyMap<number, number> {
  return new Map(Array.from({ length: rawPartitions }, (_, partition) => [partition, offset]));
}

/** In the shape and size of what a partition keeps of itself. */
function metaOf({ timestamp }: SecurityEvent, offset: number): string {
  const one = { time: timestamp, floor: offset, newest: timestamp };
  const partitions = Object.fromEntries(Array.from({ length: rawPartitions }, (_, n) => [n, one]));
  const progress = { raw_partitions: rawPartitions, partitions };
  return JSON.stringify({ progress, seq: 0, rules: "bench", ages: {}, rebuilding: null });
}
