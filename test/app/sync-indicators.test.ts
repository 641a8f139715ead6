import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { keepIndicators } from "../../src/app/keep-indicators.ts";
import { indicatorsTopic } from "../../src/app/read-indicators.ts";
import { type FeedReport, IndicatorSync } from "../../src/app/sync-indicators.ts";
import { topicSpecs } from "../../src/app/topic-specs.ts";
import { openCodecs } from "../../src/codec/open-codecs.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { Indicator } from "../../src/enrichment/indicator.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import { ManualClock } from "../transport/manual-clock.ts";

const folder = mkdtempSync(join(tmpdir(), "corral-feeds-"));
const topics = loadConfig({ flags: {}, env: {} }).topics;
const codec = (await openCodecs({ registryUrl: null, subjects: topics })).indicator;

/** What the server gives, and what it was asked. */
let page = { status: 200, body: "", headers: {} as Record<string, string> };
let asked: IncomingHttpHeaders[] = [];
const server: Server = createServer((request, response) => {
  asked.push(request.headers);
  const etag = `"${page.body.length}-${page.body.slice(0, 20).replace(/\W/g, "")}"`;
  if (page.status === 200 && request.headers["if-none-match"] === etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(page.status, { etag, ...page.headers }).end(page.body);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list.txt`;

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  page = { status: 200, body: "a.example\nb.example\n", headers: {} };
  asked = [];
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function feedsOf(...feeds: readonly object[]) {
  return loadConfig({ flags: {}, env: {}, file: file("corral.yml", stringify({ indicators: { feeds } })) })
    .indicators.feeds;
}

async function installation() {
  const clock = new ManualClock();
  const log = new MemoryLog({ clock });
  const config = loadConfig({ flags: {}, env: {} });
  await log.createTopics(topicSpecs(config, { partitions: 3, replicationFactor: 1, longestWindow: 1 }));
  const open = async (...feeds: readonly object[]) => {
    const sync = new IndicatorSync({ log, topic: topics.indicators, codec, clock, feeds: feedsOf(...feeds) });
    await sync.load();
    return sync;
  };
  /** What a reader of the topic holds. */
  const held = async () => {
    const values = new Map<string, Indicator>();
    const topic = indicatorsTopic(
      {
        log,
        topic: topics.indicators,
        codec,
        clock,
        take: (key, indicator) => {
          if (indicator === null) values.delete(key);
          else values.set(key, indicator);
        },
        observe: { progress: () => {}, refused: () => {}, away: () => {} },
      },
      1_000,
    );
    await topic.load();
    return [...values.keys()].sort((a, b) => (a < b ? -1 : 1));
  };
  const records = async () =>
    [...(await log.bounds(topics.indicators)).values()].reduce((sum, { high }) => sum + high, 0);
  return { clock, log, open, held, records };
}

const plain = { name: "plain", format: "plain_list" } as const;
const brief = ({ state, indicators, written, removed }: FeedReport) => [state, indicators, written, removed];

describe("Synchronising indicators", () => {
  it("writes what is new, then only what has changed; what vanished is taken back", async () => {
    const { open, held, records } = await installation();
    const sync = await open({ ...plain, url });
    expect(brief(await sync.sync("plain"))).toEqual(["read", 2, 2, 0]);
    expect(await held()).toEqual(["domain/a.example/plain", "domain/b.example/plain"]);

    expect(brief(await sync.sync("plain"))).toEqual(["unchanged", 2, 0, 0]);
    expect(asked[1]?.["if-none-match"]).toBeDefined();
    expect(await records()).toBe(2);

    page.body = "b.example\nc.example\n";
    expect(brief(await sync.sync("plain"))).toEqual(["read", 2, 1, 1]);
    expect(await held()).toEqual(["domain/b.example/plain", "domain/c.example/plain"]);
    expect(await records()).toBe(4);
  });

  it("writes nothing when another process reads the same feed again", async () => {
    const { open, records } = await installation();
    await (await open({ ...plain, url })).sync("plain");
    expect(brief(await (await open({ ...plain, url })).sync("plain"))).toEqual(["read", 2, 0, 0]);
    expect(await records()).toBe(2);
  });

  it("writes what is told differently now", async () => {
    const { open, held } = await installation();
    await (await open({ ...plain, url })).sync("plain");
    expect(brief(await (await open({ ...plain, url, confidence: 90 })).sync("plain"))).toEqual([
      "read",
      2,
      2,
      0,
    ]);
    expect(await held()).toHaveLength(2);
  });

  it("keeps what a feed said while it cannot be read", async () => {
    const { open, held, records } = await installation();
    const sync = await open({ ...plain, url, max_bytes: 1_000 });
    await sync.sync("plain");
    const pages = [
      { status: 503, body: "", headers: {} },
      { status: 200, body: "<html>\n<p>Busy</p>\n", headers: {} },
      { status: 200, body: "c.example\n".repeat(101), headers: {} },
    ];
    const reasons: (string | null)[] = [];
    for (const one of pages) {
      page = one;
      const report = await sync.sync("plain");
      expect(brief(report)).toEqual(["failed", 2, 0, 0]);
      reasons.push(report.reason);
    }
    expect(reasons[0]).toContain("503");
    expect(reasons[1]).toContain("bad-domain");
    expect(reasons[2]).toContain("1000 bytes");
    expect(await held()).toHaveLength(2);
    expect(await records()).toBe(2);
    // An answer that was not taken up is asked for again.
    page = { ...pages[1]!, body: "a.example\n" };
    expect(brief(await sync.sync("plain"))).toEqual(["read", 1, 0, 1]);
  });

  it("takes an empty feed at its word", async () => {
    const { open, held } = await installation();
    const sync = await open({ ...plain, url });
    await sync.sync("plain");
    page.body = "# nothing today\n";
    expect(brief(await sync.sync("plain"))).toEqual(["read", 0, 0, 2]);
    expect(await held()).toEqual([]);
  });

  it("takes back only its own: what another feed says of a value stays", async () => {
    const { open, held } = await installation();
    const other = { ...plain, name: "other", path: file("other.txt", "a.example\n") };
    const sync = await open({ ...plain, url }, other);
    await sync.sync("plain");
    await sync.sync("other");
    page.body = "";
    await sync.sync("plain");
    expect(await held()).toEqual(["domain/a.example/other"]);
  });

  it("takes back what feeds said that are no longer in the settings", async () => {
    const { open, held } = await installation();
    await (await open({ ...plain, url })).sync("plain");
    const sync = await open({ ...plain, name: "other", path: file("other.txt", "a.example\n") });
    expect((await sync.forgetOthers()).map(brief)).toEqual([["gone", 0, 0, 2]]);
    expect(await held()).toEqual([]);
    expect(await sync.forgetOthers()).toEqual([]);
  });

  it("reads all files of a folder as one feed", async () => {
    const { open, held } = await installation();
    const path = join(folder, "many");
    mkdirSync(path);
    file("many/1.txt", "a.example\nnonsense\n");
    file("many/2.txt", "b.example\nnonsense\n");
    file("many/.hidden", "c.example\n");
    const report = await (await open({ ...plain, path })).sync("plain");
    expect(report.refused.get("bad-domain")).toBe(2);
    expect(await held()).toEqual(["domain/a.example/plain", "domain/b.example/plain"]);
    const missing = await (await open({ ...plain, path: join(folder, "missing") })).sync("plain");
    expect(missing.state).toBe("failed");
  });

  it("sends the headers of a file, and follows no redirection with them", async () => {
    const { open } = await installation();
    const headers_file = file("headers", "# the key\nAuth-Key: s3cret\n");
    const sync = await open({ ...plain, url, headers_file });
    await sync.sync("plain");
    expect(asked[0]?.["auth-key"]).toBe("s3cret");
    page = { status: 302, body: "", headers: { location: url } };
    expect((await sync.sync("plain")).state).toBe("failed");
    expect(asked).toHaveLength(2);
  });

  it("leaves out what the settings exclude, and refuses an exclusion that is no pattern", async () => {
    const { open, held } = await installation();
    await (await open({ ...plain, url, exclude: "^b" })).sync("plain");
    expect(await held()).toEqual(["domain/a.example/plain"]);
    await expect(open({ ...plain, url, exclude: "(" })).rejects.toThrow("exclude");
  });
});

describe("Feeds kept up to date", () => {
  it("are read in their own time, and sooner after a failure", async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const states: FeedReport["state"][] = ["read", "failed", "failed", "read"];
    const reports: string[] = [];
    await keepIndicators({
      sync: {
        sync: async (feed) => {
          const state = states.shift()!;
          if (states.length === 0) stop.abort();
          queueMicrotask(() => queueMicrotask(() => clock.advance(3_600_000)));
          return {
            feed,
            state,
            indicators: 0,
            written: 0,
            removed: 0,
            refused: new Map(),
            examples: new Map(),
            reason: null,
          };
        },
      },
      feeds: feedsOf({ ...plain, url, every: "1h" }),
      clock,
      signal: stop.signal,
      report: ({ state }) => reports.push(state),
      random: () => 0,
    });
    expect(reports).toEqual(["read", "failed", "failed", "read"]);
    expect(clock.sleeps.slice(0, 3)).toEqual([3_600_000, 5_000, 10_000]);
  });
});
