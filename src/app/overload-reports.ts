/**
 * What the engine gave up under load, for the alerts that say so: groups beyond a rule's share, alerts beyond a rule's
 * rate. The first is told at once, what follows once a minute of event time. What has not been told yet is part of the
 * partition's state, so that the counts of all such alerts add up, whoever owns the partition.
 */
import type { EngineFinding } from "../alerts/engine-alert.ts";

export interface OverloadRecord {
  readonly kind: "groups" | "alerts";
  readonly rule: string;
  /** Minute of event time in which it was told last; null: never. */
  told: number | null;
  /** Since then: groups given up, or alerts not written. */
  count: number;
  /** Events of those alerts; of groups: as many. */
  events: number;
  /** Groups by the source that they came from. */
  sources: Record<string, number>;
}

const minute = 60_000;
/** Sources named in one alert; the rest stands together. */
const maxSources = 8;
const otherSources = "others";

export class OverloadReports {
  readonly #where: Readonly<Record<string, string>>;
  readonly #records: OverloadRecord[];

  /** `where`: the partition, as the alerts name it. */
  constructor(where: Readonly<Record<string, string>>, records: readonly OverloadRecord[] = []) {
    this.#where = where;
    this.#records = records.map((record) => ({ ...record, sources: { ...record.sources } }));
  }

  /** A group of the rule was given up. */
  group(rule: string, source: string): void {
    const record = this.#of("groups", rule);
    record.count += 1;
    record.events += 1;
    const known = source in record.sources || Object.keys(record.sources).length < maxSources;
    const name = known ? source : otherSources;
    record.sources[name] = (record.sources[name] ?? 0) + 1;
  }

  /** An alert of the rule over so many events was not written. */
  alert(rule: string, events: number): void {
    const record = this.#of("alerts", rule);
    record.count += 1;
    record.events += events;
  }

  /** What is to be told at this event time, epoch milliseconds. */
  due(time: number): readonly EngineFinding[] {
    const now = Number.isFinite(time) ? Math.floor(time / minute) : 0;
    const due = this.#records.filter(({ told, count }) => count > 0 && (told === null || now > told));
    // Kept for a minute, so that what follows is told together.
    for (const [at, { told, count }] of [...this.#records.entries()].reverse()) {
      if (count === 0 && told !== null && now > told) this.#records.splice(at, 1);
    }
    return due.map((record) => {
      const finding = findingOf(record, this.#where, now);
      Object.assign(record, { told: now, count: 0, events: 0, sources: {} });
      return finding;
    });
  }

  /** For the partition's state. */
  records(): readonly OverloadRecord[] {
    return this.#records;
  }

  #of(kind: OverloadRecord["kind"], rule: string): OverloadRecord {
    const known = this.#records.find((record) => record.kind === kind && record.rule === rule);
    if (known !== undefined) return known;
    const record: OverloadRecord = { kind, rule, told: null, count: 0, events: 0, sources: {} };
    this.#records.push(record);
    return record;
  }
}

function findingOf(
  { kind, rule, count, events, sources }: OverloadRecord,
  where: Readonly<Record<string, string>>,
  now: number,
): EngineFinding {
  const about = {
    severity: "high",
    group: { rule, ...where },
    identity: String(now),
    at: now * minute,
  } as const;
  if (kind === "alerts") {
    return {
      ...about,
      rule: "corral_alert_storm",
      name: "Alert Storm",
      reason: `${rule} opened more alerts in a minute than alerts.max_per_minute: ${count} of them, over ${events} events, are counted here and were not written`,
      figures: { alerts: count },
      count: events,
    };
  }
  const bySource = Object.entries(sources).sort(([, a], [, b]) => b - a);
  const from = bySource.map(([source, groups]) => `${groups} from ${source}`).join(", ");
  return {
    ...about,
    rule: "corral_groups_shed",
    name: "Groups Given Up",
    reason: `${rule} has more live groups than its share of state.max_groups: ${count} were given up (${from}): its alerts on them may be missing`,
    figures: {
      groups: count,
      ...Object.fromEntries(bySource.map(([source, groups]) => [`from ${source}`, groups])),
    },
    count,
  };
}
