import { describe, expect, test } from "vitest";
import { readWatermark } from "../../src/app/control-records.ts";
import type { EnrichCheckpoint } from "../../src/app/enrich-worker.ts";
import { progressOf, WatermarkWriter } from "../../src/app/watermark-writer.ts";
import { InvalidMessage } from "../../src/errors.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import { ManualClock } from "../transport/manual-clock.ts";

const minute = 60_000;
const now = 100 * minute;
const settings = { idleTimeoutMs: 30_000, maxHoldbackMs: 10 * minute };

function checkpoint(rest: Partial<EnrichCheckpoint> = {}): EnrichCheckpoint {
  return { offset: 10, time: 50 * minute, newest: 55 * minute, lastArrival: now, ...rest };
}

function time(
  rest: Partial<EnrichCheckpoint>,
  end: number,
  changed: Partial<typeof settings> | { idleTimeoutMs: null } = {},
) {
  return progressOf(0, checkpoint(rest), end, now, { ...settings, ...changed }).time;
}

describe("The time a raw partition has reached", () => {
  test("is the highest event time read while there is more to read, however long that takes", () => {
    expect(progressOf(3, checkpoint({ lastArrival: 0 }), 11, now, settings)).toEqual({
      partition: 3,
      time: 50 * minute,
      offset: 10,
      at_end: false,
    });
  });

  test("at its end it is that too, as long as something may come", () => {
    expect(time({ lastArrival: now - 29_999 }, 10)).toBe(50 * minute);
  });

  test("at its end and idle it follows the clock, less the idle timeout", () => {
    expect(time({ lastArrival: now - 30_000 }, 10)).toBe(now - 30_000);
    expect(time({ lastArrival: 0, time: null, newest: null, offset: 0 }, 0)).toBe(now - 30_000);
  });

  test("an idle clock takes nothing back from an event that was ahead", () => {
    expect(time({ lastArrival: 0, time: now + 1 }, 10)).toBe(now + 1);
  });

  test("nothing was read yet: unknown", () => {
    expect(time({ time: null, newest: null, offset: 0 }, 0)).toBeNull();
    expect(time({ time: null, newest: null, offset: 0 }, 5)).toBeNull();
  });

  test("at its end one slow clock holds it back by so much and no more", () => {
    expect(time({ newest: 70 * minute }, 10)).toBe(60 * minute);
    expect(time({ newest: 70 * minute }, 11)).toBe(50 * minute);
    expect(time({ newest: 59 * minute }, 10)).toBe(50 * minute);
  });

  test("with the idle timeout off only events move it: historic data is as old as it says", () => {
    const off = { idleTimeoutMs: null };
    expect(time({ lastArrival: 0, newest: 99 * minute }, 10, off)).toBe(50 * minute);
    expect(time({ lastArrival: 0, time: null, newest: null }, 10, off)).toBeNull();
  });
});

describe("Watermark records", () => {
  const topics = { raw: "events.raw", enriched: "events.enriched" };

  async function writer() {
    const clock = new ManualClock();
    const log = new MemoryLog({ clock });
    const spec = { replicationFactor: 1, config: {} };
    await log.createTopics([
      { topic: topics.raw, partitions: 2, ...spec },
      { topic: topics.enriched, partitions: 3, ...spec },
    ]);
    const producer = log.producer();
    const watermarks = new WatermarkWriter({
      log,
      producer,
      topics,
      enrichedPartitions: 3,
      clock,
      ...settings,
    });
    const written = async () => {
      const bodies = [];
      for (const [partition, { high }] of await log.bounds(topics.enriched)) {
        for await (const records of log.read(topics.enriched, partition, 0, high)) {
          for (const { value, key, headers } of records)
            bodies.push({ partition, key, value, body: readWatermark(headers) });
        }
      }
      return bodies;
    };
    return { clock, log, producer, watermarks, written };
  }

  test("go to every enriched partition, with what this process owns of the raw ones", async () => {
    const { watermarks, written } = await writer();
    await watermarks.write(new Map([[1, checkpoint({ offset: 0 })]]));
    const body = {
      raw_partitions: 2,
      progress: [{ partition: 1, time: 50 * minute, offset: 0, at_end: true }],
    };
    expect(await written()).toEqual(
      [0, 1, 2].map((partition) => ({ partition, key: null, value: null, body })),
    );
  });

  test("a process that stood still while it asked for the end follows the clock as it was when it asked", async () => {
    const { clock, log, producer, written } = await writer();
    const asked = clock.now();
    const frozen: Pick<MemoryLog, "bounds" | "partitions"> = {
      partitions: (topic) => log.partitions(topic),
      bounds: async (topic) => {
        const bounds = await log.bounds(topic);
        clock.advance(10 * minute); // others may have filled the partition meanwhile
        return bounds;
      },
    };
    const watermarks = new WatermarkWriter({
      ...settings,
      log: frozen,
      producer,
      topics,
      enrichedPartitions: 3,
      clock,
    });
    await watermarks.write(
      new Map([[1, checkpoint({ offset: 0, time: null, newest: null, lastArrival: 0 })]]),
    );
    const [first] = await written();
    expect(first!.body.progress).toMatchObject([{ at_end: true, time: asked - 30_000 }]);
  });

  test("none are written for a process that owns nothing", async () => {
    const { watermarks, written } = await writer();
    await watermarks.write(new Map());
    expect(await written()).toEqual([]);
  });

  test("a body that is none is refused, not believed", () => {
    const bad = [
      {},
      { "corral-watermark": "{" },
      { "corral-watermark": '{"raw_partitions":1}' },
      { "corral-watermark": "null" },
      { "corral-watermark": '{"raw_partitions":1,"progress":[null]}' },
      { "corral-watermark": '{"raw_partitions":1,"progress":[{"partition":0,"offset":1.5,"time":1}]}' },
      { "corral-watermark": '{"raw_partitions":1,"progress":[{"partition":0,"offset":1,"time":"now"}]}' },
      { "corral-watermark": '{"raw_partitions":1,"progress":[{"partition":-1,"offset":1,"time":1}]}' },
      { "corral-watermark": '{"raw_partitions":0,"progress":[]}' },
    ];
    for (const headers of bad)
      expect(() => readWatermark(headers as Record<string, string>), JSON.stringify(headers)).toThrow(
        InvalidMessage,
      );
  });
});
