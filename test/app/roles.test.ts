/** Both roles, from raw records to alerts, against what the embedded engine says of the same events in order. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Alert } from "../../src/alerts/alert.ts";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { judgeSettings } from "../../src/app/judge-settings.ts";
import { loadRuleSet } from "../../src/app/load-rule-set.ts";
import { TransientError } from "../../src/errors.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { arrivals } from "../../src/rules/rule-test.ts";
import type { BatchChange, PartitionState, StateStore } from "../../src/state/store.ts";
import type { Log, Producer } from "../../src/transport/log.ts";
import { Installation } from "./installation.ts";

const shipped = [
  "container_escape_attempt",
  "cryptomining_detection",
  "data_exfiltration",
  "lateral_movement",
];
const rules = loadRuleSet({
  rules: shipped.map((id) => join(import.meta.dirname, `../../rules/${id}.yml`)),
  calendar: {},
  lists: {},
});

/** A Sunday, outside business hours. */
const start = Date.parse("2026-01-11T14:00:00Z");
const end = start + 3_600_000;

/** The events of all tests that the shipped rules carry, told as if they had happened at once, in order. */
const events: readonly SecurityEvent[] = rules.rules
  .flatMap((rule) => rule.tests.map((each) => ({ rule, each })))
  .flatMap(({ rule, each }, index) =>
    arrivals(each).flatMap((arrival): SecurityEvent[] => {
      if (!("event" in arrival)) return [];
      const { event } = arrival;
      const timestamp = start + index * 7_000 + event.timestamp - Date.parse(each.start);
      const container = `${event.container_id}-${index}`;
      return [{ ...event, id: `${rule.id}/${event.id}`, timestamp, container_id: container }];
    }),
  )
  .sort((a, b) => a.timestamp - b.timestamp);

/** What is known of an alert when all is said. */
interface Outcome {
  readonly rule: string;
  readonly group: Readonly<Record<string, string>>;
  readonly opened_at: number;
  readonly last_seen: number;
  readonly event_count: number;
  readonly closed: boolean;
}

let corral: Installation;
beforeEach(async () => {
  corral = await Installation.open(rules, end);
});
afterEach(() => corral.close());

function expected(): readonly Outcome[] {
  const engine = new EmbeddedEngine(rules, judgeSettings(corral.config));
  const final = new FinalAlerts();
  for (const event of events) final.add(engine.feed(event));
  final.add(engine.finish());
  return sorted(
    final.list().map(({ rule, group, openedAt, lastSeen, count, status }) => ({
      rule: rule.id,
      group,
      opened_at: openedAt,
      last_seen: lastSeen,
      event_count: count,
      closed: status === "closed",
    })),
  );
}

/** Everything is judged and closed; then the last record of every alert, less those that were merged. */
async function outcome(): Promise<readonly Outcome[]> {
  await corral.judged();
  await corral.tick(end + 4 * 60_000);
  await corral.judged();
  return outcomeOf(await corral.alerts());
}

function outcomeOf(alerts: readonly Alert[]): readonly Outcome[] {
  const last = [...Map.groupBy(alerts, ({ id }) => id).values()].map((records) =>
    records.reduce((newest, record) => (record.revision > newest.revision ? record : newest)),
  );
  return sorted(
    last
      .filter(({ merged_into: merged }) => merged === null)
      .map(({ rule, group, opened_at, last_seen, event_count, status }) => ({
        rule: rule.id,
        group,
        opened_at,
        last_seen,
        event_count,
        closed: status === "closed",
      })),
  );
}

function sorted(outcomes: readonly Outcome[]): readonly Outcome[] {
  const key = ({ rule, group, opened_at }: Outcome): string => JSON.stringify([rule, group, opened_at]);
  return [...outcomes].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Ids and revisions that stand more than once in the topic. */
async function doubled(): Promise<readonly string[]> {
  const keys = (await corral.alerts()).map(({ id, revision }) => `${id}/${revision}`);
  return keys.filter((key, index) => keys.indexOf(key) !== index);
}

/** Revisions of every alert, from 1 without a gap; doubled records have the same content. */
async function checkRecords(): Promise<void> {
  for (const records of Map.groupBy(await corral.alerts(), ({ id }) => id).values()) {
    const contents = Map.groupBy(records, ({ revision }) => revision);
    expect([...contents.keys()].sort((a, b) => a - b)).toEqual(Array.from(contents, (_, index) => index + 1));
    for (const same of contents.values())
      expect(new Set(same.map((each) => JSON.stringify(each))).size).toBe(1);
  }
}

describe("Both roles over unkeyed raw partitions", () => {
  test("raise exactly the alerts that the events give in order", async () => {
    await corral.start("enrich");
    await corral.start("correlate");
    await corral.produce(events);

    expect(await outcome()).toEqual(expected());
    expect(expected().length).toBeGreaterThanOrEqual(4);
    expect(new Set(expected().map(({ rule }) => rule))).toEqual(new Set(shipped));
    expect(await doubled()).toEqual([]);
    await checkRecords();
  });

  test("also where the correlator comes when all is enriched, and one raw partition was read alone", async () => {
    await corral.start("enrich");
    const { raw } = corral.config.topics;
    const records = events.map((event, index) => ({
      topic: raw,
      partition: index % 3,
      key: null,
      value: Buffer.from(JSON.stringify(event)),
    }));
    for (const partition of [2, 0, 1]) {
      await corral.send(records.filter((record) => record.partition === partition));
      await corral.enriched();
    }
    await corral.start("correlate");
    expect(await outcome()).toEqual(expected());
    await checkRecords();
  });

  test("plan each action once, in dry run, under the alert that opened", async () => {
    await corral.start("enrich");
    await corral.start("correlate");
    await corral.produce(events);
    await outcome();
    const actions = await corral.actions();
    const alerts = (await corral.alerts()).filter(({ status }) => status === "open");
    expect(actions.map(({ id }) => id).sort()).toEqual(alerts.flatMap((alert) => alert.actions).sort());
    expect(new Set(actions.map(({ mode }) => mode))).toEqual(new Set(["dry_run"]));
    expect(new Set(actions.map(({ id }) => id)).size).toBe(actions.length);
  });

  test("a record that is no event becomes a dead letter, and the rest goes on", async () => {
    await corral.start("enrich");
    await corral.start("correlate");
    const { raw, enriched } = corral.config.topics;
    await corral.produce(events.slice(0, 20));
    await corral.send([{ topic: raw, partition: 1, key: "k", value: Buffer.from("{garbage") }]);
    await corral.send([{ topic: enriched, partition: 2, key: "k", value: Buffer.from("[]") }]);
    await corral.produce(events.slice(20));

    expect(await outcome()).toEqual(expected());
    const dead = await corral.records("deadLetter");
    expect(dead.map(({ value, headers }) => [value?.toString(), headers["corral-stage"]]).sort()).toEqual([
      ["[]", "correlate"],
      ["{garbage", "enrich"],
    ]);
    expect(dead.find(({ headers }) => headers["corral-stage"] === "enrich")?.headers).toMatchObject({
      "corral-reason": "not-json",
      "corral-topic": raw,
      "corral-partition": "1",
    });
  });
});

describe("The same enriched records twice", () => {
  const duplicates = async (): Promise<number> =>
    (await corral.metrics.duplicates.get()).values.reduce((sum, { value }) => sum + value, 0);

  async function appendAgain(): Promise<number> {
    const again = (await corral.records("enriched")).filter(({ value }) => value !== null);
    await corral.send(
      again.map(({ topic, partition, key, value, headers }) => ({ topic, partition, key, value, headers })),
    );
    return again.length;
  }

  test("below the floor they are dropped", async () => {
    await corral.start("enrich");
    await corral.start("correlate");
    await corral.produce(events);
    await corral.judged();
    const count = await appendAgain();
    expect(await outcome()).toEqual(expected());
    expect(await duplicates()).toBe(count);
    expect(await doubled()).toEqual([]);
  });

  test("above the floor they are dropped, by a new owner too", async () => {
    await corral.start("enrich");
    const first = await corral.start("correlate");
    // Without commits the enricher writes no watermark records, so no floor rises.
    const accept = corral.log.refuseCommits("corral-enrich", corral.config.topics.raw);
    await corral.produce(events);
    const enriched = async () =>
      (await corral.records("enriched")).filter(
        ({ value, headers }) => value !== null && headers["corral-copy"] === undefined,
      ).length;
    await corral.until(async () => (await enriched()) >= events.length);
    await corral.correlated();
    await corral.stop(first);
    const count = await appendAgain();
    await corral.start("correlate");
    accept();
    expect(await outcome()).toEqual(expected());
    expect(await duplicates()).toBe(count);
  });
});

describe("Another correlator in the middle", () => {
  const half = Math.floor(events.length / 2);

  test("that takes over when one was stopped loses and doubles nothing", async () => {
    await corral.start("enrich");
    const first = await corral.start("correlate");
    await corral.produce(events.slice(0, half));
    await corral.judged();
    await corral.stop(first);
    await corral.produce(events.slice(half));
    await corral.start("correlate");

    expect(await outcome()).toEqual(expected());
    expect(await doubled()).toEqual([]);
    await checkRecords();
  });

  test("that comes beside the first shares its partitions", async () => {
    await corral.start("enrich");
    const first = await corral.start("correlate");
    await corral.produce(events.slice(0, half));
    const second = await corral.start("correlate");
    await corral.produce(events.slice(half));

    expect(await outcome()).toEqual(expected());
    expect(await doubled()).toEqual([]);
    const shares = [...first.role.partitions(), ...second.role.partitions()];
    expect(shares.sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  });

  test("that takes over from one that froze: what that one still writes is fenced", async () => {
    await corral.start("enrich");
    const frozen = new FrozenStore(corral.store);
    const first = await corral.start("correlate", { store: frozen });
    await corral.produce(events.slice(0, half));
    await corral.judged();

    frozen.freeze();
    await corral.produce(events.slice(half));
    await corral.until(() => frozen.waiting > 0);
    const comeBack = first.member.expel();
    const second = await corral.start("correlate");
    await corral.until(() => second.role.partitions().length === 4);
    expect(await outcome()).toEqual(expected());

    frozen.thaw();
    await corral.until(() => frozen.fenced > 0);
    comeBack();
    await corral.until(() => first.role.ready() && second.role.ready());
    expect(outcomeOf(await corral.alerts())).toEqual(expected());
    expect(await doubled()).toEqual([]);
    await checkRecords();
  });
});

test("Alerts that did not reach the log are sent again, the same", async () => {
  const broken = brokenProducers(corral.log, corral.config.topics.alerts);
  await corral.start("enrich");
  await corral.start("correlate", { log: broken.log });
  await corral.produce(events);
  expect(await outcome()).toEqual(expected());
  expect(broken.failures()).toBe(3);
  await checkRecords();
});

test.each(["nothing", "all of it"])("Applies that fail with %s done are made good", async (done) => {
  await corral.start("enrich");
  const store = failingApplies(corral.store, done === "all of it");
  await corral.start("correlate", { store: store.store });
  for (let part = 0; part < events.length; part += 20) {
    await corral.produce(events.slice(part, part + 20));
    await corral.judged();
  }
  expect(await outcome()).toEqual(expected());
  expect(store.failures()).toBeGreaterThan(10);
  await checkRecords();
});

/** A store of which every third apply fails as when the server goes away: before, or after it has done it. */
function failingApplies(real: StateStore, done: boolean): { readonly store: StateStore; failures(): number } {
  let applies = 0;
  let failures = 0;
  const partition = (number: number): PartitionState => {
    const state = real.partition(number);
    return {
      claim: () => state.claim(),
      due: (time, limit, epoch) => state.due(time, limit, epoch),
      expiring: (time, limit, epoch) => state.expiring(time, limit, epoch),
      load: (keys, epoch) => state.load(keys, epoch),
      apply: async (change) => {
        applies += 1;
        if (applies % 3 !== 0) return state.apply(change);
        failures += 1;
        if (done) await state.apply(change);
        throw new TransientError("Cannot apply a change: Redis must answer");
      },
      trim: (epoch, time, limit) => state.trim(epoch, time, limit),
      size: () => state.size(),
    };
  };
  const store: StateStore = {
    partition,
    check: () => real.check(),
    recordOnce: (name, value) => real.recordOnce(name, value),
    close: () => real.close(),
  };
  return { store, failures: () => failures };
}

/** A store whose applies can be held back, as in a process that stands still. */
class FrozenStore implements StateStore {
  readonly #store: StateStore;
  #gate: PromiseWithResolvers<void> | null = null;
  waiting = 0;
  fenced = 0;

  constructor(store: StateStore) {
    this.#store = store;
  }

  freeze(): void {
    this.#gate = Promise.withResolvers();
  }

  thaw(): void {
    this.#gate?.resolve();
    this.#gate = null;
  }

  partition(partition: number): PartitionState {
    const state = this.#store.partition(partition);
    return {
      claim: () => state.claim(),
      due: (time, limit, epoch) => state.due(time, limit, epoch),
      expiring: (time, limit, epoch) => state.expiring(time, limit, epoch),
      load: (keys, epoch) => state.load(keys, epoch),
      apply: (change) => this.#apply(state, change),
      trim: (epoch, time, limit) => state.trim(epoch, time, limit),
      size: () => state.size(),
    };
  }

  check(): ReturnType<StateStore["check"]> {
    return this.#store.check();
  }

  recordOnce(name: string, value: number): Promise<number> {
    return this.#store.recordOnce(name, value);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #apply(state: PartitionState, change: BatchChange): Promise<void> {
    if (this.#gate !== null) {
      this.waiting += 1;
      await this.#gate.promise;
    }
    await state.apply(change).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "FENCED") this.fenced += 1;
      throw error;
    });
  }
}

/** A log whose producers fail three times to send to the topic: the first two times nothing arrives, then all of it does. */
function brokenProducers(log: Log, topic: string): { readonly log: Log; readonly failures: () => number } {
  let failures = 0;
  const producer = (): Producer => {
    const real = log.producer();
    return {
      send: async (records) => {
        if (failures >= 3 || !records.some((record) => record.topic === topic)) return real.send(records);
        failures += 1;
        if (failures === 3) await real.send(records);
        throw new TransientError("Cannot send: the producer must be open: current value is closed");
      },
      pending: () => real.pending(),
      close: (timeoutMs) => real.close(timeoutMs),
    };
  };
  const wrapped: Log = {
    producer,
    member: (options) => log.member(options),
    partitions: (name) => log.partitions(name),
    bounds: (name) => log.bounds(name),
    read: (name, partition, from, to) => log.read(name, partition, from, to),
    createTopics: (specs) => log.createTopics(specs),
    describe: (topics) => log.describe(topics),
    denied: (rights) => log.denied(rights),
    ping: (timeoutMs) => log.ping(timeoutMs),
    close: () => log.close(),
  };
  return { log: wrapped, failures: () => failures };
}
