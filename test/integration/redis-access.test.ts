import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AccessRefused, TransientError } from "../../src/errors.ts";
import { RedisStore, type RedisStoreOptions } from "../../src/state/redis/redis-store.ts";
import { aclRules, neededCommands, usefulCommands } from "../../src/state/redis/rights.ts";
import type { StateStore } from "../../src/state/store.ts";
import { storeContract } from "../contracts/store-contract.ts";
import { change, entry, group, seen } from "../contracts/store-samples.ts";
import { type CertificateAuthority, certificateAuthority } from "../services/certificates.ts";
import { type OwnRedis, startRedis } from "../services/redis.ts";

const topic = "events.enriched";
const prefix = "prod.";
const password = "pass:w@rd/1";

let authority: CertificateAuthority;
let redis: OwnRedis;
let admin: Redis;

beforeAll(async () => {
  authority = await certificateAuthority();
  const server = await authority.issue("IP:127.0.0.1");
  redis = await startRedis({ secured: { server, ca: authority.ca } });
  admin = new Redis(redis.address, { disableClientInfo: true });
});
afterAll(async () => {
  admin.disconnect();
  await redis.stop();
  await authority.remove();
});

/** The user that the manual describes, with these rules on top. */
async function user(...more: readonly string[]): Promise<void> {
  const documented = aclRules(prefix).split(" ");
  await admin.call("ACL", ["SETUSER", "corral", "reset", "on", `>${password}`, ...documented, ...more]);
}

/** As the user, by TLS. */
function connect(options: Partial<RedisStoreOptions> = {}): RedisStore {
  const tls = { ca: [readFileSync(authority.ca, "utf8")] };
  return new RedisStore({
    url: redis.secured!,
    username: "corral",
    password,
    tls,
    prefix,
    topic,
    ...options,
  });
}

/** Does something of everything, so that every command is sent. */
async function exercise(store: StateStore): Promise<void> {
  await store.recordOnce("enriched-partitions", 6);
  const state = store.partition(0);
  const { epoch } = await state.claim();
  await state.apply(
    change({
      epoch,
      token: "a",
      expectedOffset: 0,
      nextOffset: 1,
      groups: [
        group("a", { add: [entry(1), entry(2)], open: "o", deadline: 5 }),
        group("b", { add: [entry(1)], expiry: 5 }),
        group("c", { add: [entry(1)] }),
      ],
      outbox: [{ seq: 1, body: "first" }],
      seen: [seen(0, 3)],
    }),
  );
  await state.due(10, 10);
  await state.load(["a"]);
  await state.apply(
    change({
      epoch,
      token: "b",
      expectedOffset: 1,
      nextOffset: 2,
      groups: [group("a", { remove: [entry(2)], trimBefore: 2 }), group("c", { expiry: null })],
      outbox: [{ seq: 1, body: "another" }],
      seenFloor: new Map([[0, 4]]),
    }),
  );
  await state.trim(epoch, 10, 10);
  await state.size();
  await state.claim();
}

/** What the server has counted since it was told to begin anew, without what only the suite itself sends. */
async function counted(): Promise<ReadonlySet<string>> {
  const stats = await admin.info("commandstats");
  const commands = [...stats.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)]
    .filter(([, , calls]) => Number(calls) > 0)
    .map(([, command]) => command!);
  return new Set(commands.filter((command) => !suite.test(command)));
}

/** AUTH and QUIT need no right. */
const suite = /^(acl|script|config)\||^(flushall|auth|quit)$/;
const listed: readonly string[] = [...neededCommands, ...usefulCommands];

describe("the documented ACL user", () => {
  beforeEach(async () => {
    await user();
    await admin.flushall();
    await admin.script("FLUSH");
    await admin.call("ACL", ["LOG", "RESET"]);
  });

  test("is asked for exactly the commands that it has", async () => {
    await admin.config("RESETSTAT");
    const store = connect();
    expect(await store.check()).toEqual([]);
    await exercise(store);
    // CONFIG is a word of the suite, too: that it was sent shows in what the user may not do without it.
    expect(await counted()).toEqual(new Set(listed.filter((command) => command !== "config|get")));
    expect(await admin.call("ACL", ["LOG"])).toEqual([]);
    await store.close();
  });

  describe("keeps the contract of a store by TLS, and", () => {
    beforeAll(() => admin.config("RESETSTAT"));

    storeContract(async () => {
      const [store, other] = [connect(), connect()];
      return {
        store,
        other,
        empty: async () => {
          await admin.flushall();
        },
        close: async () => {
          await Promise.all([store.close(), other.close()]);
        },
      };
    });

    afterAll(async () => {
      expect(listed).toEqual(expect.arrayContaining([...(await counted())]));
      expect(await admin.call("ACL", ["LOG"])).toEqual([]);
    });
  });

  test.each([...neededCommands])(
    "cannot do without %s: a start says so, and so does the work",
    async (command) => {
      await user(`-${command}`);
      const store = connect();
      const said = await store.check().then(
        (findings) => findings.filter(({ level }) => level === "error").map(({ message }) => message),
        (error: unknown) => [String(error)],
      );
      expect(said).toHaveLength(1);
      expect(said[0]).toMatch(
        new RegExp(`denied are \\+${command} on keys|may not|the '${command}' command`),
      );
      expect(said[0]).toContain("docs/security.md");
      if (command !== "info") await expect(exercise(store)).rejects.toBeInstanceOf(AccessRefused);
      await store.close();
    },
  );

  test.each([...usefulCommands])("can do without %s", async (command) => {
    await user(`-${command}`);
    const store = connect();
    expect(await store.check()).toEqual([]);
    await exercise(store);
    expect(await store.check()).toEqual([]);
    await store.close();
    // Each connection tries to give itself a name; what the server has on disk is only asked for where it may be.
    const refused = (await admin.call("ACL", ["LOG"])) as readonly unknown[];
    expect(refused).toHaveLength(command === "client|setname" ? 1 : 0);
  });

  test("reaches its own keys only", async () => {
    const stranger = connect({ prefix: "other." });
    expect(await stranger.check()).toEqual([
      {
        level: "error",
        message: expect.stringMatching(/denied are .*\+hset .*on keys such as other\.corral:/),
      },
    ]);
    await expect(stranger.partition(0).claim()).rejects.toBeInstanceOf(AccessRefused);
    await stranger.close();
  });

  test("needs one command more for another database, where it would else write into the first", async () => {
    const elsewhere = connect({ url: `${redis.secured}/3` });
    expect(await elsewhere.check()).toEqual([
      { level: "error", message: expect.stringMatching(/denied are \+select on keys/) },
    ]);
    await elsewhere.close();
    await user("+select");
    const there = connect({ url: `${redis.secured}/3` });
    expect(await there.check()).toEqual([]);
    await there.partition(0).claim();
    expect(await admin.dbsize()).toBe(0);
    await there.close();
  });

  test("that loses a right in the midst of the work has nothing done by half", async () => {
    const store = connect();
    const state = store.partition(0);
    const { epoch } = await state.claim();
    const groups = [group("g", { add: [entry(1)], open: "o" })];
    const sent = change({ epoch, token: "a", expectedOffset: 0, nextOffset: 1, groups });
    await user("-zrem");
    const refused = await state.apply(sent).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AccessRefused);
    expect(String(refused)).toMatch(/Cannot apply a change .*: Redis must allow \+zrem/);
    expect(await state.load(["g"])).toEqual([{ entries: [], open: null }]);
    expect((await state.claim()).offset).toBeNull();
    await user();
    const again = await state.claim();
    await state.apply({ ...sent, epoch: again.epoch });
    expect(await state.load(["g"])).toEqual([{ entries: [entry(1)], open: "o" }]);
    await store.close();
  });
});

describe("a server that cannot be trusted with state, seen by a user that may not run CONFIG", () => {
  beforeAll(() => user("-config|get"));

  test("is refused where it evicts", async () => {
    await admin.config("SET", "maxmemory-policy", "allkeys-lru");
    const store = connect();
    expect(await store.check()).toEqual([
      { level: "error", message: expect.stringMatching(/must be noeviction.*current value is allkeys-lru/) },
    ]);
    await admin.config("SET", "maxmemory-policy", "noeviction");
    expect(await store.check()).toEqual([]);
    await store.close();
  });

  test("is refused where it is one of a cluster", async () => {
    const one = await startRedis({ more: ["--cluster-enabled", "yes"] });
    const store = new RedisStore({ url: one.address, prefix, topic });
    expect(await store.check()).toContainEqual({
      level: "error",
      message: expect.stringMatching(/must stand alone or under Sentinel.*redis_mode is cluster/),
    });
    await store.close();
    await one.stop();
  });

  test("is warned of where it keeps nothing on disk", async () => {
    await admin.config("SET", "appendonly", "no");
    const store = connect();
    expect(await store.check()).toEqual([
      { level: "warning", message: expect.stringMatching(/forbids CONFIG: appendonly should be yes/) },
    ]);
    await admin.config("SET", "appendonly", "yes");
    expect(await store.check()).toEqual([]);
    await store.close();
  });
});

describe("a connection that is not let in says why, without the password", () => {
  const refusals: readonly [string, () => Partial<RedisStoreOptions>, typeof TransientError, RegExp][] = [
    [
      "with a wrong password",
      () => ({ password: "wrong:geheim" }),
      AccessRefused,
      /must accept the login \(redis\.username, redis\.password\): current value is WRONGPASS/,
    ],
    [
      "with a wrong password in the URL",
      () => ({
        url: redis.secured!.replace("//", "//corral:geheim@"),
        username: undefined,
        password: undefined,
      }),
      AccessRefused,
      /WRONGPASS/,
    ],
    [
      "to a certificate that nobody vouches for",
      () => ({ tls: undefined }),
      AccessRefused,
      /certificate that is vouched for \(redis\.tls\.ca, redis\.tls\.server_name\): current value is self-signed/,
    ],
    [
      "to a certificate of another name",
      () => ({ tls: { ca: [readFileSync(authority.ca, "utf8")], servername: "redis.example" } }),
      AccessRefused,
      /vouched for .*altnames/,
    ],
    [
      "without TLS to a port that speaks it",
      () => ({ url: redis.secured!.replace("rediss:", "redis:") }),
      TransientError,
      /must be reachable.*rediss:\/\/ asks for it/,
    ],
    [
      "with TLS to a port that does not speak it",
      () => ({ url: redis.address.replace("redis:", "rediss:"), commandTimeoutMs: 500 }),
      TransientError,
      /must be reachable.*redis:\/\/ goes without/,
    ],
  ];

  test.each(refusals)("%s", async (_, options, Kind, message) => {
    await user();
    const store = connect(options());
    const error = await store.check().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Kind);
    expect(error instanceof AccessRefused).toBe(Kind === AccessRefused);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toMatch(/geheim|pass:w@rd/);
    await store.close();
  });
});

test("a client certificate is shown to a server that asks for one", async () => {
  await user();
  await admin.config("SET", "tls-auth-clients", "yes");
  const ca = [readFileSync(authority.ca, "utf8")];
  const { cert, key } = await authority.issue("corral");
  const known = connect({ tls: { ca, cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") } });
  expect(await known.check()).toEqual([]);
  const unknown = connect();
  await expect(unknown.check()).rejects.toBeInstanceOf(TransientError);
  await admin.config("SET", "tls-auth-clients", "optional");
  await Promise.all([known.close(), unknown.close()]);
});
