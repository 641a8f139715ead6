/** History in a log judged with other rules than those of its time, and what of the log is read for that. */

import { afterEach, expect, test } from "vitest";
import { chainHeader, controlHeader, copyHeader } from "../../src/app/control-records.ts";
import { mergeByTime } from "../../src/app/merge-by-time.ts";
import { eventsOfEnriched, eventsOfRaw, readTopicHistory } from "../../src/app/read-topic-history.ts";
import { replay } from "../../src/app/replay.ts";
import { replayTopic } from "../../src/app/replay-topic.ts";
import { openCodecs } from "../../src/codec/open-codecs.ts";
import { enrichmentChain } from "../../src/enrichment/chain.ts";
import { ConfigError, TransientError } from "../../src/errors.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import type { Log } from "../../src/transport/log.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import { subjects } from "../codec/subjects.ts";
import { rulesOf, settings, start } from "../correlation/support.ts";
import { makeEvent } from "../events/make-event.ts";
import { readRecord } from "../sources/support.ts";
import { ManualClock } from "../transport/manual-clock.ts";
import { Installation } from "./installation.ts";

const topics = { raw: "events.raw", enriched: "events.enriched" };
const codecs = await openCodecs({
  registryUrl: null,
  subjects,
});
const chain = enrichmentChain([]);
const everything = { since: null, until: null };

const refused: string[] = [];
const note = (place: string, reason: string) => void refused.push(`${place}: ${reason}`);
afterEach(() => void refused.splice(0));

function countOf(threshold: number, groupBy: string) {
  return {
    window: "1m",
    group_by: groupBy,
    conditions: [{ type: "event_count", where: { type: "login" }, threshold }],
  };
}

/** Logins of three containers and two users, a second apart. */
const events = Array.from({ length: 60 }, (_, second) =>
  makeEvent(
    { user: `u${second % 2}` },
    {
      id: `login-${second}`,
      timestamp: start + second * 1000,
      type: "login",
      container_id: `c${second % 3}`,
    },
  ),
);

test("the enriched topic gives each event once, to other rules than those that wrote it", async () => {
  const corral = await Installation.open(rulesOf(countOf(2, "container"), countOf(2, "user")), start);
  const role = await corral.start("enrich");
  await corral.produce(events);
  await corral.enriched();
  await corral.stop(role);
  const written = await corral.records("enriched");
  expect(written.some(({ headers }) => headers[copyHeader] !== undefined)).toBe(true);
  expect(written.some(({ value }) => value === null)).toBe(true);

  const judging = {
    rules: rulesOf(countOf(5, "container"), countOf(7, "user")),
    judge: settings,
    readRecord,
    chain,
  };
  const before = await corral.log.bounds(topics.enriched);
  const options = { ...judging, ...everything, log: corral.log, codecs, topics, refused: note };
  const result = await replayTopic({ ...options, topic: "enriched" });
  async function* told() {
    yield* events;
  }
  const expected = await replay(told(), judging);
  const shown = ({ alerts }: typeof result) =>
    alerts.map(({ rule, group, openedAt, count, evidence }) => ({
      rule: rule.id,
      group,
      openedAt,
      count,
      evidence: evidence.map(({ id }) => id).sort(),
    }));
  expect(result).toMatchObject({ events: events.length, late: 0 });
  expect(expected.alerts).toHaveLength(5);
  expect(shown(result)).toEqual(shown(expected));
  expect(shown(await replayTopic({ ...options, topic: "raw" }))).toEqual(shown(expected));
  expect(await corral.log.bounds(topics.enriched)).toEqual(before);
  expect(refused).toEqual([]);
  await corral.close();
});

/** A raw topic of two partitions; a record of each every minute of the broker's clock, from `start` on. */
async function rawLog(minutes: number): Promise<MemoryLog> {
  const clock = new ManualClock();
  clock.advance(start - clock.now());
  const log = new MemoryLog({ clock });
  await log.createTopics([{ topic: topics.raw, partitions: 2, replicationFactor: 1, config: {} }]);
  const producer = log.producer();
  for (let minute = 0; minute < minutes; minute += 1) {
    await producer.send([0, 1].map((partition) => recordOf(partition, minute, clock.now())));
    clock.advance(60_000);
  }
  return log;
}

function recordOf(partition: number, minute: number, timestamp: number) {
  const event = makeEvent({}, { id: `${partition}-${minute}`, timestamp: timestamp - partition });
  return { topic: topics.raw, partition, key: null, value: Buffer.from(JSON.stringify(event)) };
}

function historyOf(log: Pick<Log, "bounds" | "read">, times: { since: number | null; until: number | null }) {
  const eventsOf = eventsOfRaw(topics.raw, readRecord, () => null);
  return readTopicHistory({ log, topic: topics.raw, eventsOf, refused: note, ...times });
}

async function idsOf(history: AsyncIterable<SecurityEvent>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of history) ids.push(id);
  return ids;
}

test("partitions are merged by event time, from since to before until by the broker's time", async () => {
  const log = await rawLog(30);
  const minute = (count: number) => start + count * 60_000;
  expect(await idsOf(historyOf(log, everything))).toHaveLength(60);
  const some = await idsOf(historyOf(log, { since: minute(10), until: minute(12) }));
  expect(some).toEqual(["1-10", "0-10", "1-11", "0-11"]);
  expect(await idsOf(historyOf(log, { since: minute(28) + 1, until: null }))).toEqual(["1-29", "0-29"]);
  expect(await idsOf(historyOf(log, { since: null, until: minute(1) }))).toEqual(["1-0", "0-0"]);
  expect(await idsOf(historyOf(log, { since: minute(40), until: null }))).toEqual([]);
});

test("a record that cannot be read is named, and the rest goes on", async () => {
  const log = await rawLog(1);
  const { topic, partition, key } = recordOf(0, 1, start);
  await log.producer().send([{ topic, partition, key, value: Buffer.from("{") }, recordOf(0, 2, start)]);
  expect(await idsOf(historyOf(log, everything))).toEqual(["1-0", "0-0", "0-2"]);
  expect(refused).toEqual([expect.stringMatching(/^events\.raw\/0\/1: /)]);
});

test("one batch a partition is read ahead, and reading ends when nobody wants more", async () => {
  const log = await rawLog(50);
  let read = 0;
  let ended = 0;
  const counted: Pick<Log, "bounds" | "read"> = {
    bounds: (topic) => log.bounds(topic),
    async *read(topic, partition, from, to) {
      try {
        for await (const records of log.read(topic, partition, from, to)) {
          for (const record of records) {
            read += 1;
            yield [record];
          }
        }
      } finally {
        ended += 1;
      }
    },
  };
  let taken = 0;
  for await (const _event of historyOf(counted, everything)) {
    taken += 1;
    expect(read).toBeLessThanOrEqual(taken + 1);
    if (taken === 20) break;
  }
  expect(ended).toBe(2);
});

test.each([
  [copyHeader, "1"],
  [chainHeader, "1"],
  [controlHeader, "later"],
])("a record of the enriched topic with %s is no event of its own", async (header, text) => {
  const eventsOf = eventsOfEnriched(() => makeEvent());
  const { topic, partition, value } = recordOf(0, 0, start);
  const record = { topic, partition, value, offset: 0, timestamp: start, key: Buffer.from("container=c") };
  expect(await eventsOf({ ...record, headers: {} })).toHaveLength(1);
  expect(await eventsOf({ ...record, headers: { [header]: text } })).toEqual([]);
});

test("a stream that fails ends the others", async () => {
  let ended = false;
  async function* good() {
    try {
      for (let n = 0; ; n += 1) yield makeEvent({}, { timestamp: n });
    } finally {
      ended = true;
    }
  }
  async function* bad(): AsyncGenerator<SecurityEvent> {
    yield makeEvent({}, { timestamp: 5 });
    throw new TransientError("away");
  }
  await expect(idsOf(mergeByTime([good(), bad()]))).rejects.toThrow(TransientError);
  expect(ended).toBe(true);
});

test("without the topic it is a fault of usage, without the log one of the surroundings", async () => {
  const log = await rawLog(1);
  const history = readTopicHistory({ log, topic: "none", eventsOf: () => [], refused: note, ...everything });
  await expect(idsOf(history)).rejects.toThrow(ConfigError);
  log.goAway();
  await expect(idsOf(historyOf(log, everything))).rejects.toThrow(TransientError);
});
