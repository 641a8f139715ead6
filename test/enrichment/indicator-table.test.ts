import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AllowList } from "../../src/enrichment/allow-list.ts";
import { type Indicator, indicatorKey, indicatorPlace } from "../../src/enrichment/indicator.ts";
import { IndicatorTable, type ObservableType } from "../../src/enrichment/indicator-table.ts";
import { InvalidMessage } from "../../src/errors.ts";

const at = 1_767_607_200_000;
const sha256 = "ab".repeat(32);

function indicator(type: Indicator["type"], value: string, more: Partial<Indicator> = {}): Indicator {
  return {
    type,
    value,
    feed: "feed",
    threat: null,
    tags: [],
    confidence: 75,
    valid_from: null,
    valid_until: null,
    first_seen: null,
    reference: null,
    ...more,
  };
}

function tableOf(
  indicators: readonly Indicator[],
  options: ConstructorParameters<typeof IndicatorTable>[0] = {},
) {
  const table = new IndicatorTable(options);
  for (const one of indicators) table.take(indicatorKey(one), one);
  return table;
}

const found = (table: IndicatorTable, type: ObservableType, text: string, when = at) =>
  table.find(type, text, when).map(({ type: kind, value }) => `${kind} ${value}`);

describe("Keys of indicators", () => {
  it("come apart again, whatever slashes a value holds", () => {
    for (const one of [
      indicator("url", "http://a/b/c"),
      indicator("cidr", "10.0.0.0/8"),
      indicator("domain", "a.example"),
    ]) {
      expect(indicatorPlace(indicatorKey(one))).toEqual({ type: one.type, value: one.value, feed: one.feed });
    }
    for (const key of ["", "domain", "domain/x", "domain//feed", "domain/x/", "word/x/feed", "/x/feed"])
      expect(indicatorPlace(key), key).toBeNull();
  });
});

describe("The table of indicators", () => {
  const table = tableOf([
    indicator("domain", "bad.example"),
    indicator("domain", "worse.bad.example", {
      feed: "other",
      confidence: 90,
      threat: "X",
      tags: ["a", "b"],
      first_seen: at - 5,
    }),
    indicator("ip", "203.0.113.7"),
    indicator("cidr", "203.0.113.0/24"),
    indicator("cidr", "203.0.0.0/16"),
    indicator("cidr", "2001:db8::/32"),
    indicator("ip", "2001:db8::5"),
    indicator("url", "http://files.example/a.sh"),
    indicator("url", "http://files.example/b.sh?id=1"),
    indicator("url", "http://203.0.113.7/x"),
    indicator("sha256", sha256),
    indicator("md5", "cd".repeat(16)),
    indicator("domain", "co.uk"),
  ]);

  it("finds domains by themselves and by those above them, the most confident first", () => {
    expect(found(table, "domain", "Bad.Example.")).toEqual(["domain bad.example"]);
    expect(found(table, "domain", "a.b.bad.example:443")).toEqual(["domain bad.example"]);
    expect(found(table, "domain", "x.worse.bad.example")).toEqual([
      "domain worse.bad.example",
      "domain bad.example",
    ]);
    expect(table.find("domain", "x.worse.bad.example", at)[0]).toEqual({
      type: "domain",
      value: "worse.bad.example",
      matched: "x.worse.bad.example",
      feed: "other",
      threat: "X",
      tags: ["a", "b"],
      confidence: 90,
      first_seen: at - 5,
    });
    for (const name of ["notbad.example", "example", "bad.example.com", "bad", "", "shop.co.uk", "co.uk"])
      expect(found(table, "domain", name), name).toEqual([]);
  });

  it("finds addresses by themselves and by networks, the longest prefix first", () => {
    expect(found(table, "ip", "203.0.113.7")).toEqual([
      "ip 203.0.113.7",
      "cidr 203.0.113.0/24",
      "cidr 203.0.0.0/16",
    ]);
    expect(found(table, "ip", "::ffff:203.0.7.1")).toEqual(["cidr 203.0.0.0/16"]);
    expect(found(table, "ip", "2001:DB8:0::5")).toEqual(["ip 2001:db8::5", "cidr 2001:db8::/32"]);
    expect(found(table, "ip", "203.1.0.1")).toEqual([]);
    expect(found(table, "ip", "bad.example")).toEqual([]);
  });

  it("finds URLs as they are, without their query, and by host", () => {
    expect(found(table, "url", "HTTP://FILES.example:80/a.sh#top")).toEqual([
      "url http://files.example/a.sh",
    ]);
    expect(found(table, "url", "http://me:secret@files.example/a.sh?x=1")).toEqual([
      "url http://files.example/a.sh",
    ]);
    expect(found(table, "url", "http://files.example/b.sh")).toEqual([]);
    expect(found(table, "url", "http://files.example/b.sh?id=1")).toEqual([
      "url http://files.example/b.sh?id=1",
    ]);
    expect(found(table, "url", "https://cdn.bad.example/any")).toEqual(["domain bad.example"]);
    expect(found(table, "url", "stratum+tcp://pool.bad.example:3333")).toEqual(["domain bad.example"]);
    expect(found(table, "url", "http://203.0.113.7/x")[0]).toBe("url http://203.0.113.7/x");
    expect(found(table, "url", "http://[2001:db8::9]/")).toEqual(["cidr 2001:db8::/32"]);
    expect(found(table, "url", "not a url")).toEqual([]);
  });

  it("finds hashes in either case", () => {
    expect(found(table, "hash", sha256.toUpperCase())).toEqual([`sha256 ${sha256}`]);
    expect(found(table, "hash", "cd".repeat(16))).toEqual([`md5 ${"cd".repeat(16)}`]);
    expect(found(table, "hash", "cd".repeat(20))).toEqual([]);
  });

  it("counts only what is valid at the event's time", () => {
    const some = tableOf([indicator("domain", "bad.example", { valid_from: at, valid_until: at + 10 })]);
    const times = [at - 1, at, at + 9, at + 10];
    expect(times.map((time) => found(some, "domain", "bad.example", time).length)).toEqual([0, 1, 1, 0]);
  });

  it("leaves out what is not confident enough, also when it becomes so", () => {
    const some = tableOf(
      [
        indicator("domain", "a.example", { confidence: 49 }),
        indicator("domain", "b.example", { confidence: 50 }),
      ],
      {
        minConfidence: 50,
      },
    );
    expect(some.size).toBe(1);
    const less = indicator("domain", "b.example", { confidence: 10 });
    some.take(indicatorKey(less), less);
    expect(some.size).toBe(0);
  });

  it("never finds what is allowed: domains with all below, addresses, networks, URLs on them", () => {
    const allow = new AllowList();
    for (const text of ["ok.bad.example", "203.0.113.0/28", "files.example"])
      expect(allow.add(text)).toBe(true);
    expect(allow.add("no domain")).toBe(false);
    const some = tableOf(
      [
        indicator("domain", "bad.example"),
        indicator("cidr", "203.0.113.0/24"),
        indicator("url", "http://files.example/a"),
        indicator("url", "http://203.0.113.3/a"),
      ],
      { allow },
    );
    expect(found(some, "domain", "a.ok.bad.example")).toEqual([]);
    expect(found(some, "domain", "notok.bad.example")).toEqual(["domain bad.example"]);
    expect(found(some, "ip", "203.0.113.15")).toEqual([]);
    expect(found(some, "ip", "203.0.113.16")).toEqual(["cidr 203.0.113.0/24"]);
    expect(found(some, "url", "http://files.example/a")).toEqual([]);
    expect(found(some, "url", "http://203.0.113.3/a")).toEqual([]);
  });

  it("refuses keys that are not those of their values", () => {
    const some = new IndicatorTable();
    const one = indicator("domain", "a.example");
    expect(() => some.take("domain/b.example/feed", one)).toThrow(InvalidMessage);
    expect(() => some.take("nonsense", null)).toThrow(InvalidMessage);
    expect(() => some.take("ip/nonsense/feed", null)).toThrow(InvalidMessage);
  });

  it("says what a plain map says, whatever is put in, changed and taken out", () => {
    const values = [
      ["domain", "a.example"],
      ["domain", "b.a.example"],
      ["ip", "192.0.2.1"],
      ["cidr", "192.0.2.0/24"],
      ["cidr", "192.0.0.0/16"],
      ["ip", "2001:db8::1"],
      ["cidr", "2001:db8::/64"],
      ["url", "http://a.example/x"],
      ["md5", "ab".repeat(16)],
    ] as const;
    const questions: readonly (readonly [ObservableType, string, readonly string[]])[] = [
      ["domain", "c.b.a.example", ["domain/a.example", "domain/b.a.example"]],
      ["ip", "192.0.2.1", ["ip/192.0.2.1", "cidr/192.0.2.0/24", "cidr/192.0.0.0/16"]],
      ["ip", "192.0.9.1", ["cidr/192.0.0.0/16"]],
      ["ip", "2001:db8::1", ["ip/2001:db8::1", "cidr/2001:db8::/64"]],
      ["url", "http://a.example/x?y", ["url/http://a.example/x", "domain/a.example"]],
      ["hash", "ab".repeat(16), [`md5/${"ab".repeat(16)}`]],
    ];
    const step = fc.record({
      value: fc.constantFrom(...values),
      feed: fc.constantFrom("f1", "f2", "f3"),
      confidence: fc.integer({ min: 0, max: 100 }),
      tags: fc.subarray(["x", "y", "z"]),
      threat: fc.constantFrom(null, "A", "B"),
      until: fc.constantFrom(null, at - 1, at + 1),
      gone: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const naive = new Map<string, Indicator>();
        const table = new IndicatorTable();
        for (const {
          value: [type, value],
          feed,
          until,
          gone,
          ...rest
        } of steps) {
          const one = indicator(type, value, { ...rest, feed, valid_until: until });
          const key = indicatorKey(one);
          table.take(key, gone ? null : one);
          if (gone) naive.delete(key);
          else naive.set(key, one);
        }
        expect(table.size).toBe(naive.size);
        for (const [type, text, places] of questions) {
          const expected = [...naive.values()]
            .filter((one) => places.includes(`${one.type}/${one.value}`))
            .filter(({ valid_until }) => valid_until === null || at < valid_until)
            .map(({ type, value, feed, threat, tags, confidence }) => ({
              type,
              value,
              feed,
              threat,
              tags,
              confidence,
            }));
          const actual = table.find(type, text, at).map(({ matched, first_seen, ...match }) => match);
          expect(sorted(actual)).toEqual(sorted(expected));
        }
      }),
      { numRuns: 300 },
    );
  });
});

function sorted(items: readonly object[]): readonly string[] {
  return items.map((item) => JSON.stringify(Object.entries(item).sort())).sort();
}
