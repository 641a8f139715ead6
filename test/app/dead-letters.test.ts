import { expect, test } from "vitest";
import { deadLetter } from "../../src/app/dead-letter.ts";
import { deadLetterAt, deadLetters, type LetterFilter, replayed } from "../../src/app/dead-letters.ts";
import { InvalidMessage } from "../../src/errors.ts";
import type { LogRecord } from "../../src/transport/log.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import { ManualClock } from "../transport/manual-clock.ts";

const topic = "events.dead-letter";
const record: LogRecord = {
  topic: "events.raw",
  partition: 2,
  offset: 17,
  timestamp: 1_000,
  key: Buffer.from("c1"),
  value: Buffer.from([0xff, 0x00]),
  headers: { "content-type": "application/cloudevents+json", "corral-reason": "forged" },
};

async function topicWith(...letters: readonly ReturnType<typeof deadLetter>[]) {
  const clock = new ManualClock();
  const log = new MemoryLog({ clock });
  await log.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
  for (const letter of letters) {
    await log.producer().send([letter]);
    clock.advance(10_000);
  }
  const list = async (filter: LetterFilter = {}) => {
    const places: string[] = [];
    for await (const { place } of deadLetters(log, topic, filter)) places.push(place);
    return places;
  };
  return { log, list, start: clock.now() - letters.length * 10_000 };
}

const notJson = deadLetter(topic, "enrich", record, new InvalidMessage("not-json", "Cannot read record"));
const badShape = deadLetter(topic, "correlate", record, new InvalidMessage("bad-shape", "Cannot decode"));

test("a letter tells the record as it was, and why, where and what it was", async () => {
  const { log } = await topicWith(notJson);
  const letter = await deadLetterAt(log, topic, "0/0");
  expect(letter).toMatchObject({
    reason: "not-json",
    message: "Cannot read record",
    stage: "enrich",
    topic: "events.raw",
    partition: 2,
    offset: 17,
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    place: "0/0",
    record: {
      key: record.key,
      value: record.value,
      headers: { "content-type": "application/cloudevents+json" },
    },
  });
  expect(await deadLetterAt(log, topic, "0")).toEqual(letter);
  for (const nowhere of ["0/1", "1/0", "x", "0/-1"])
    expect(await deadLetterAt(log, topic, nowhere)).toBeUndefined();
});

test("letters are chosen by reason, stage and time; what is none is passed over", async () => {
  const stray = { topic, key: null, value: Buffer.from("not a letter") };
  const { list, start } = await topicWith(notJson, stray, badShape);
  expect(await list()).toEqual(["0/0", "0/2"]);
  expect(await list({ reason: "not-json" })).toEqual(["0/0"]);
  expect(await list({ stage: "correlate" })).toEqual(["0/2"]);
  expect(await list({ since: start + 15_000 })).toEqual(["0/2"]);
});

test("a record goes back to its topic, an enriched one to its partition", async () => {
  const { log } = await topicWith(notJson, badShape, { ...notJson, value: null });
  const outgoing = async (place: string) => replayed((await deadLetterAt(log, topic, place))!);
  const { key, value } = record;
  expect(await outgoing("0/0")).toEqual({
    topic: "events.raw",
    key,
    value,
    headers: { "content-type": "application/cloudevents+json" },
  });
  expect(await outgoing("0/1")).toMatchObject({ partition: 2 });
  expect(await outgoing("0/2")).toBeNull();
});

test("headers that would make the letter too large are left out", () => {
  const large = { ...record, headers: { big: "x".repeat(20_000) } };
  const letter = deadLetter(topic, "enrich", large, new InvalidMessage("not-json", "m".repeat(10_000)));
  expect(JSON.stringify(letter.headers).length).toBeLessThan(5_000);
});

test("the message of a letter is one line without control characters", () => {
  const fault = new InvalidMessage("invalid-field", "current value is \u001b[2J\n\u202e");
  expect(deadLetter(topic, "enrich", record, fault).headers?.["corral-message"]).toBe(
    "current value is \\u001b[2J\\u000a\\u202e",
  );
});
