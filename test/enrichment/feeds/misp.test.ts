import { describe, expect, it } from "vitest";
import { read, refusedOf, valuesOf } from "./support.ts";

const hash = "a".repeat(64);
const attribute = (type: string, value: string, more: object = {}) => ({
  type,
  value,
  to_ids: true,
  ...more,
});
const event = {
  info: "Campaign",
  Tag: [{ name: "tlp:clear" }],
  Attribute: [
    attribute("domain", "bad.example", { timestamp: "1603642920", Tag: [{ name: "c2" }] }),
    attribute("domain|ip", "two.example|203.0.113.9"),
    attribute("ip-dst|port", "203.0.113.10|8080"),
    attribute("filename|sha256", `x.exe|${hash}`),
    attribute("malware-sample", `y.exe|${"b".repeat(32)}`),
    attribute("url", "http://bad.example/a"),
    attribute("AS", "AS174"),
    attribute("domain", "quiet.example", { to_ids: false }),
    attribute("domain", "gone.example", { deleted: true }),
    attribute("ip-src", "999.1.1.1"),
    attribute("hostname|port", "host.example|80"),
    attribute("constructor", "x"),
  ],
  Object: [
    {
      name: "file",
      Attribute: [attribute("sha1", "c".repeat(40), { first_seen: "2020-10-25T16:22:00.000000+00:00" })],
    },
    5,
  ],
};

describe("MISP", () => {
  it("gives what is meant for detection, composites in their parts", () => {
    const reading = read("misp", JSON.stringify({ response: [{ Event: event }] }));
    expect(valuesOf(reading)).toEqual([
      "domain bad.example",
      "domain two.example",
      "ip 203.0.113.9",
      "ip 203.0.113.10",
      `sha256 ${hash}`,
      `md5 ${"b".repeat(32)}`,
      "url http://bad.example/a",
      "domain host.example",
      `sha1 ${"c".repeat(40)}`,
    ]);
    expect(reading.indicators.get("domain/bad.example/feed")).toMatchObject({
      threat: "Campaign",
      tags: ["c2", "tlp:clear"],
      first_seen: 1_603_642_920_000,
    });
    expect(reading.indicators.get(`sha1/${"c".repeat(40)}/feed`)?.first_seen).toBe(1_603_642_920_000);
    expect(refusedOf(reading)).toEqual({
      "type-not-looked-up": 2,
      "not-to-ids": 1,
      deleted: 1,
      "bad-address": 1,
    });
  });

  it("comes as search, as feed file and as attributes alone", () => {
    const whole = valuesOf(read("misp", JSON.stringify({ Event: event })));
    expect(whole).toHaveLength(9);
    expect(valuesOf(read("misp", JSON.stringify([{ Event: event }])))).toEqual(whole);
    const { Attribute } = event;
    expect(valuesOf(read("misp", JSON.stringify({ response: { Attribute } })))).toEqual(whole.slice(0, -1));
    expect(read("misp", '{"response":[]}').indicators.size).toBe(0);
    expect(() => read("misp", '{"errors":"no"}')).toThrow("MISP");
  });
});
