import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, TransientError } from "../../src/errors.ts";
import { RedisStore } from "../../src/state/redis/redis-store.ts";
import { Script } from "../../src/state/redis/script.ts";
import { storeContract } from "../contracts/store-contract.ts";
import { change, entry, group, seen } from "../contracts/store-samples.ts";
import { FaultProxy } from "../services/fault-proxy.ts";
import { startRedis } from "../services/redis.ts";
import type { OwnService } from "../services/service.ts";
import { describeWithServices, scope } from "../services/services.ts";
import { checkStoreProperty } from "../state/store-property.ts";

const topic = "events.enriched";

describeWithServices("redis")("the Redis store", ({ redis: url }) => {
  let admin: Redis;
  beforeAll(() => {
    admin = new Redis(url);
  });
  afterAll(() => admin.quit());

  async function removeAll(prefix: string): Promise<void> {
    for await (const keys of admin.scanStream({ match: `${prefix}*`, count: 1000 })) {
      if ((keys as string[]).length > 0) await admin.unlink(keys as string[]);
    }
  }

  storeContract(async () => {
    const prefix = scope();
    const store = new RedisStore({ url, prefix, topic });
    const other = new RedisStore({ url, prefix, topic });
    return {
      store,
      other,
      empty: () => removeAll(prefix),
      close: async () => {
        await removeAll(prefix);
        await Promise.all([store.close(), other.close()]);
      },
    };
  });

  test("holds what a model holds, whatever owners do to it", async () => {
    const prefix = scope();
    const stores = [0, 1].map(() => new RedisStore({ url, prefix, topic }));
    let partition = 0;
    await checkStoreProperty(() => {
      partition++;
      const mine = partition;
      let owners = 0;
      const base = `${prefix}corral:{${prefix}${topic}/${mine}}`;
      return {
        owner: () => stores[owners++ % 2]!.partition(mine),
        peek: async () => {
          const offset = await admin.hget(`${base}:meta`, "offset");
          const members = await admin.zrange(`${base}:outbox`, "0", "-1");
          const outbox = members.map((text) => {
            const [seq, ...body] = text.split(":");
            return { seq: Number(seq), body: body.join(":") };
          });
          return { offset: offset === null ? null : Number(offset), outbox };
        },
        empty: () => removeAll(base.replace(/[[\]*?\\]/g, "\\$&")),
        forgetScripts: async () => {
          await admin.script("FLUSH");
        },
      };
    }, 150);
    await removeAll(prefix);
    await Promise.all(stores.map((store) => store.close()));
  });

  test("keeps all of a partition under one hash tag, and nothing with a time to live", async () => {
    const prefix = scope();
    const store = new RedisStore({ url, prefix, topic });
    const state = store.partition(7);
    const { epoch } = await state.claim();
    const full = {
      groups: [group("rule@1:{x}:y z", { add: [entry(1)], open: "o", deadline: 5 })],
      outbox: [{ seq: 1, body: "b" }],
      seen: [seen(4, 9)],
    };
    await state.apply(change({ epoch, token: "a", expectedOffset: 0, nextOffset: 1, ...full }));
    const base = `${prefix}corral:{${prefix}events.enriched/7}`;
    const parts = ["deadlines", "expiry", "meta", "open", "outbox", "seen:4", "w:rule@1:{x}:y z"];
    const keys = (await admin.keys(`${prefix}*`)).sort();
    expect(keys).toEqual(parts.map((part) => `${base}:${part}`));
    const tags = keys.map((key) => /\{([^}]*)\}/.exec(key)?.[1]);
    expect(new Set(tags)).toEqual(new Set([`${prefix}events.enriched/7`]));
    expect(await Promise.all(keys.map((key) => admin.ttl(key)))).toEqual(keys.map(() => -1));
    expect(await admin.zrange(`${base}:w:rule@1:{x}:y z`, "0", "-1")).toEqual([
      '["e1","process_exec","c1",[0,1,0],[1]]',
    ]);
    await removeAll(prefix);
    await store.close();
  });

  test("changes nothing when a key holds something that is not ours", async () => {
    const prefix = scope();
    const store = new RedisStore({ url, prefix, topic });
    const state = store.partition(0);
    const { epoch } = await state.claim();
    const base = `${prefix}corral:{${prefix}${topic}/0}`;
    await admin.set(`${base}:w:bad`, "text");
    const next = { epoch, token: "a", expectedOffset: 0, nextOffset: 1 };
    const groups = [group("good", { add: [entry(1)], open: "o" }), group("bad", { add: [entry(1)] })];
    const failed = state.apply(change({ ...next, groups }));
    await expect(failed).rejects.toThrow(/WRONGTYPE .*:w:bad string/);
    await expect(failed).rejects.toBeInstanceOf(TransientError);
    expect(await state.size()).toEqual({ groups: 0, open: 0, outbox: 0 });
    expect((await state.claim()).offset).toBeNull();
    await removeAll(prefix);
    await store.close();
  });

  test("forgets which raw partitions it has seen records of, once there are none", async () => {
    const prefix = scope();
    const store = new RedisStore({ url, prefix, topic });
    const state = store.partition(0);
    const { epoch } = await state.claim();
    const meta = `${prefix}corral:{${prefix}${topic}/0}:meta`;
    await state.apply(change({ epoch, token: "a", expectedOffset: 0, nextOffset: 1, seen: [seen(4, 9)] }));
    expect(await admin.hexists(meta, "seen:4")).toBe(1);
    const seenFloor = new Map([[4, 10]]);
    await state.apply(change({ epoch, token: "b", expectedOffset: 1, nextOffset: 2, seenFloor }));
    expect(await admin.hexists(meta, "seen:4")).toBe(0);
    await removeAll(prefix);
    await store.close();
  });

  test("gives one claim one epoch, though its script may run twice", async () => {
    const prefix = scope();
    const claim = new Script("claim");
    const keys = [`${prefix}meta`, `${prefix}outbox`];
    const first = await claim.run(admin, keys, ["nonce"]);
    expect(await claim.run(admin, keys, ["nonce"])).toEqual(first);
    expect(await claim.run(admin, keys, ["another nonce"])).not.toEqual(first);
    await removeAll(prefix);
  });

  test("claims above a stored epoch that is ahead of the clock", async () => {
    const prefix = scope();
    const store = new RedisStore({ url, prefix, topic });
    const ahead = 8_000_000_000_000_000;
    await admin.hset(`${prefix}corral:{${prefix}${topic}/0}:meta`, "epoch", String(ahead));
    const { epoch } = await store.partition(0).claim();
    expect(epoch).toBeGreaterThan(ahead);
    expect(epoch).toBeLessThan(ahead + 2000);
    await removeAll(prefix);
    await store.close();
  });

  test("refuses a prefix that would move the hash tag, and URLs of no use", () => {
    expect(() => new RedisStore({ url, prefix: "a{b}", topic })).toThrow(ConfigError);
    const wrong = "http://user:secret@localhost:1";
    expect(() => new RedisStore({ url: wrong, prefix: "", topic })).toThrow(/redis:\/\/host:port/);
    expect(() => new RedisStore({ url: wrong, prefix: "", topic })).not.toThrow(/secret/);
  });
});

describe("a Redis that fails", () => {
  let service: OwnService;
  let admin: Redis;
  let store: RedisStore;
  beforeAll(async () => {
    service = await startRedis();
    admin = new Redis(service.address, { retryStrategy: () => 20 });
    admin.on("error", () => {});
    store = new RedisStore({ url: service.address, prefix: "", topic, commandTimeoutMs: 1_000 });
  });
  afterAll(async () => {
    await store.close();
    admin.disconnect();
    await service.stop();
  });

  test("when full refuses an apply whole, lets claims and trims through, and goes on once there is room", async () => {
    const state = store.partition(1);
    const { epoch } = await state.claim();
    const filler = Array.from({ length: 200 }, (_, i) =>
      group(`old${i}`, { add: Array.from({ length: 100 }, (_, t) => entry(t)), expiry: 50 }),
    );
    await state.apply(change({ epoch, token: "a", expectedOffset: 0, nextOffset: 1, groups: filler }));
    const used = Number(/used_memory:(\d+)/.exec(await admin.info("memory"))![1]);
    await admin.config("SET", "maxmemory", String(used - 100_000));
    const next = { epoch, token: "b", expectedOffset: 1, nextOffset: 2, meta: "new" };
    const groups = [group("new", { add: [entry(1)], open: "o" }), group("old1", { expiry: null })];
    const refused = await state.apply(change({ ...next, groups })).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TransientError);
    expect(refused).toHaveProperty("name", "TransientError");
    expect(refused).toHaveProperty("message", expect.stringContaining("OOM"));
    expect(await state.size()).toEqual({ groups: 200, open: 0, outbox: 0 });
    expect(await state.load(["new"])).toEqual([{ entries: [], open: null }]);

    const claim = await state.claim();
    expect(claim).toMatchObject({ offset: 1, meta: "{}" });
    expect(await state.trim(claim.epoch, 100, 1000)).toBe(200);
    await state.apply(change({ ...next, groups, epoch: claim.epoch }));
    expect(await state.size()).toEqual({ groups: 1, open: 1, outbox: 0 });
    await admin.config("SET", "maxmemory", "0");
  });

  test("when frozen lets calls time out, and takes the change when it is sent again", async () => {
    const state = store.partition(2);
    const { epoch } = await state.claim();
    const groups = [group("g", { add: [entry(1)] })];
    const sent = change({ epoch, token: "a", expectedOffset: 0, nextOffset: 1, groups });
    await service.pause();
    await expect(state.apply(sent)).rejects.toThrow(/timed out/);
    await service.resume();
    await expect
      .poll(() => state.apply(sent).then(() => "applied", String), { timeout: 20_000 })
      .toBe("applied");
    expect(await state.load(["g"])).toEqual([{ entries: [entry(1)], open: null }]);
  });

  test("when killed fails every call at once, and is found again by itself", async () => {
    // Else the last second could be lost with the server, and with it the claim.
    await admin.config("SET", "appendfsync", "always");
    const state = store.partition(3);
    const { epoch } = await state.claim();
    await state.apply(change({ epoch, token: "a", expectedOffset: 0, nextOffset: 1 }));
    await service.kill();
    const next = change({ epoch, token: "b", expectedOffset: 1, nextOffset: 2 });
    const calls = [
      state.apply(next),
      state.claim(),
      state.load(["g"]),
      state.due(1, 1),
      state.size(),
      store.check(),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { name: "TransientError" } });
    }
    await service.restart();
    await expect
      .poll(() => state.apply(next).then(() => "applied", String), { timeout: 20_000 })
      .toBe("applied");
    expect((await state.claim()).offset).toBe(2);
  });

  test("whose replies are lost has applied the change once, however often it is sent", async () => {
    const proxy = await FaultProxy.listen(service.address);
    const url = `redis://127.0.0.1:${proxy.port}`;
    const behind = new RedisStore({ url, prefix: "", topic, commandTimeoutMs: 1_000 });
    const state = behind.partition(4);
    const { epoch } = await state.claim();
    const outbox = [{ seq: 1, body: "b" }];
    const sent = change({ epoch, token: "a", expectedOffset: 0, nextOffset: 1, outbox });
    proxy.dropReplies();
    const cut = state.apply(sent);
    const applied = () => admin.hget("corral:{events.enriched/4}:meta", "offset");
    await expect.poll(applied).toBe("1");
    proxy.cut();
    await expect(cut).rejects.toBeInstanceOf(TransientError);
    proxy.heal();
    await expect
      .poll(() => state.apply(sent).then(() => "applied", String), { timeout: 20_000 })
      .toBe("applied");
    expect(await state.claim()).toMatchObject({ offset: 1, outbox });
    await behind.close();
    await proxy.close();
  });

  test("that became a replica is left for the new master behind the same address", async () => {
    const [master, proxy] = [await startRedis(), await FaultProxy.listen(service.address)];
    const behind = new RedisStore({ url: `redis://127.0.0.1:${proxy.port}`, prefix: "", topic });
    const state = behind.partition(5);
    await state.claim();
    await admin.replicaof("127.0.0.1", 1);
    proxy.forwardTo(master.address);
    await expect(state.claim()).rejects.toThrow(/READONLY/);
    const claim = () => state.claim().then(() => "claimed", String);
    await expect.poll(claim, { timeout: 20_000 }).toBe("claimed");
    await admin.replicaof("NO", "ONE");
    await behind.close();
    await proxy.close();
    await master.stop();
  });

  test("that is not there at all is a TransientError that names it", async () => {
    const nowhere = new RedisStore({ url: "redis://:secret@127.0.0.1:1", prefix: "", topic });
    const error = await nowhere.check().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransientError);
    expect(String(error)).toMatch(/127\.0\.0\.1:1 .*ECONNREFUSED/);
    expect(String(error)).not.toContain("secret");
    await nowhere.close();
  });

  describe("check", () => {
    test("finds nothing wrong with an append-only server that evicts nothing", async () => {
      expect(await store.check()).toEqual([]);
    });

    test("finds eviction, missing persistence and unsafe syncing", async () => {
      await admin.config("SET", "maxmemory-policy", "allkeys-lru");
      await admin.config("SET", "appendfsync", "no");
      expect(await store.check()).toEqual([
        { level: "error", message: expect.stringMatching(/noeviction.*current value is allkeys-lru/) },
        { level: "warning", message: expect.stringMatching(/everysec: current value is no/) },
      ]);
      await admin.config("SET", "appendonly", "no");
      await admin.config("SET", "maxmemory-policy", "noeviction");
      expect(await store.check()).toEqual([
        { level: "warning", message: expect.stringMatching(/appendonly should be yes/) },
      ]);
      await admin.config("SET", "save", "60 1");
      expect(await store.check()).toEqual([]);
    });

    test("reads INFO where CONFIG is forbidden, and says what it cannot see", async () => {
      await admin.call("ACL", ["SETUSER", "corral", "on", ">pass:word", "~*", "+@all", "-config"]);
      const { host } = new URL(service.address);
      const limited = {
        url: `redis://${host}`,
        username: "corral",
        password: "pass:word",
        prefix: "",
        topic,
      };
      const managed = new RedisStore(limited);
      expect(await managed.check()).toEqual([
        { level: "warning", message: expect.stringMatching(/forbids CONFIG/) },
      ]);
      await managed.partition(5).claim();
      await managed.close();
    });

    test("with a wrong password says so", async () => {
      const { host } = new URL(service.address);
      const stranger = new RedisStore({ url: `redis://corral:guess@${host}`, prefix: "", topic });
      const refused = await stranger.check().catch((error: unknown) => String(error));
      expect(refused).toMatch(/^AccessRefused: Cannot check Redis: .*WRONGPASS/);
      expect(refused).not.toContain("guess");
      await stranger.close();
    });

    test("finds a replica, which refuses to write", async () => {
      await admin.replicaof("127.0.0.1", 1);
      expect(await store.check()).toContainEqual({
        level: "error",
        message: expect.stringMatching(/must be the master: current value is slave of 127\.0\.0\.1:1/),
      });
      const refused = await store
        .partition(6)
        .claim()
        .catch((error: unknown) => error);
      expect(refused).toMatchObject({ name: "TransientError", message: expect.stringContaining("READONLY") });
      await admin.replicaof("NO", "ONE");
      const claim = () =>
        store
          .partition(6)
          .claim()
          .then(() => "claimed", String);
      await expect.poll(claim, { timeout: 20_000 }).toBe("claimed");
    });
  });
});
