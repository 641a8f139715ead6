import { describe, expect, it } from "vitest";
import { FollowTable } from "../../src/app/follow-table.ts";
import { AccessRefused, InvalidMessage } from "../../src/errors.ts";
import type { Log } from "../../src/transport/log.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import { ManualClock } from "../transport/manual-clock.ts";

async function tableOver(log: Pick<Log, "bounds" | "read">, clock: ManualClock) {
  const held = new Map<string, string>();
  const said: string[] = [];
  const table = new FollowTable({
    log,
    topic: "inventory",
    clock,
    everyMs: 1_000,
    take: (key, value) => {
      if (value?.toString() === "bad") throw new InvalidMessage("bad-shape", "not an entry");
      if (value === null) held.delete(key);
      else held.set(key, value.toString());
    },
    observe: {
      progress: (read, total) => said.push(`${read}/${total}`),
      refused: (place, reason) => said.push(`${place} ${reason}`),
      away: (reason) => said.push(reason),
    },
  });
  return { table, held, said };
}

describe("A table that is followed", () => {
  it("holds the newest of each key, and goes on with what is new", async () => {
    const clock = new ManualClock();
    const log = new MemoryLog({ clock });
    await log.createTopics([{ topic: "inventory", partitions: 2, replicationFactor: 1, config: {} }]);
    const producer = log.producer();
    const send = (key: string, value: string | null) =>
      producer.send([{ topic: "inventory", key, value: value === null ? null : Buffer.from(value) }]);
    await send("a", "1");
    await send("b", "2");
    await send("a", "3");
    await send("b", null);
    await send("c", "bad");
    const { table, held, said } = await tableOver(log, clock);
    await table.load();
    expect([...held]).toEqual([["a", "3"]]);
    expect(table.loaded).toBe(true);
    expect(said.at(-1)).toBe("5/5");
    expect(said).toContainEqual(expect.stringMatching(/^inventory\/\d\/\d not an entry$/));

    table.follow();
    await send("a", null);
    await send("d", "4");
    clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([...held]).toEqual([["d", "4"]]);
    table.stop();
  });

  it("asks a log that refuses every ten seconds, and goes on once it is let in", async () => {
    const clock = new ManualClock();
    const log = new MemoryLog({ clock });
    await log.createTopics([{ topic: "inventory", partitions: 1, replicationFactor: 1, config: {} }]);
    let refuses = true;
    const guarded = {
      bounds: async (topic: string) => {
        if (refuses) throw new AccessRefused("denied");
        return log.bounds(topic);
      },
      read: log.read.bind(log),
    };
    const { table, held, said } = await tableOver(guarded, clock);
    const seconds = async (count: number) => {
      for (let second = 0; second < count; second += 1) {
        clock.advance(1_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    table.follow();
    await seconds(60);
    expect(said).toEqual(Array(6).fill("denied"));
    refuses = false;
    await log.producer().send([{ topic: "inventory", key: "a", value: Buffer.from("1") }]);
    await seconds(10);
    expect([...held]).toEqual([["a", "1"]]);
    await log.producer().send([{ topic: "inventory", key: "a", value: Buffer.from("2") }]);
    await seconds(1);
    expect([...held]).toEqual([["a", "2"]]);
    table.stop();
  });
});
