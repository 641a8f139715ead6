import { describe, expect, it } from "vitest";
import { stixTerms } from "../../../src/enrichment/feeds/stix-pattern.ts";
import { read, refusedOf, valuesOf } from "./support.ts";

const bundle = (...objects: readonly object[]) =>
  JSON.stringify({ type: "bundle", id: "bundle--1", objects });
const indicator = (pattern: string, more: object = {}) => ({
  type: "indicator",
  id: "indicator--1",
  name: "An indicator",
  pattern,
  pattern_type: "stix",
  valid_from: "2024-01-02T03:04:05.678Z",
  ...more,
});
const terms = (pattern: string) => {
  const found = stixTerms(pattern);
  return typeof found === "string" ? found : found.map(({ type, value }) => `${type} ${value}`);
};

describe("STIX patterns", () => {
  it.each([
    ["[domain-name:value = 'a.example']", ["domain a.example"]],
    [
      "[ domain-name:value='a.example'OR ipv4-addr:value = '192.0.2.0/24' ]",
      ["domain a.example", "address 192.0.2.0/24"],
    ],
    [
      "[domain-name:value = 'a.example'] OR ([url:value = 'http://b/'] or [ipv6-addr:value = '::1'])",
      ["domain a.example", "url http://b/", "address ::1"],
    ],
    ["[domain-name:value IN ('a.example', 'b.example')]", ["domain a.example", "domain b.example"]],
    ["[ipv4-addr:value ISSUBSET '198.51.100.0/24']", ["address 198.51.100.0/24"]],
    [
      "[file:hashes.'SHA-256' = 'ab' OR file:hashes.md5 = 'cd' OR file:hashes.SHA1 = 'ef']",
      ["hash ab", "hash cd", "hash ef"],
    ],
    ["[file:name = 'x.exe' AND file:hashes.MD5 = 'cd']", ["hash cd"]],
    ["[file:hashes.MD5 = 'cd' AND (file:size = 5 OR file:name = 'y')]", ["hash cd", "hash cd"]],
    ["[url:value = 'http://a/it\\'s\\\\x']", ["url http://a/it's\\x"]],
    ["[domain-name:value = 'x] OR [y']", ["domain x] OR [y"]],
  ])("%s", (pattern, expected) => {
    expect(terms(pattern)).toEqual(expected);
  });

  it.each([
    ["[domain-name:value = 'a.example' AND url:value = 'http://a.example/']", "pattern-needs-several"],
    [
      "[domain-name:value = 'a.example'] AND [ipv4-addr:value = '192.0.2.1']",
      "pattern-over-several-observations",
    ],
    ["[domain-name:value = 'a'] FOLLOWEDBY [domain-name:value = 'b']", "pattern-over-several-observations"],
    ["[domain-name:value = 'a'] WITHIN 5 SECONDS", "pattern-over-several-observations"],
    ["[domain-name:value != 'a.example']", "pattern-operator"],
    ["[domain-name:value LIKE '%.example']", "pattern-operator"],
    ["[domain-name:value NOT = 'a']", "pattern-operator"],
    ["[email-addr:value = 'a@b.example']", "type-not-looked-up"],
    ["[domain-name:value = 'a.example'", "pattern-not-understood"],
    ["domain autuo.xicp.net", "pattern-not-understood"],
    ["", "pattern-not-understood"],
    [`[${"(".repeat(50)}domain-name:value = 'a'`, "pattern-not-understood"],
    [`[domain-name:value = '${"a".repeat(70_000)}']`, "pattern-too-long"],
  ])("refuses %.60s", (pattern, reason) => {
    expect(terms(pattern)).toBe(reason);
  });

  it("does not multiply alternatives without bound", () => {
    const either = "(file:hashes.MD5 = 'a' OR file:hashes.MD5 = 'b')";
    expect(terms(`[${Array(20).fill(either).join(" AND ")}]`)).toBe("pattern-too-long");
  });
});

describe("STIX bundles", () => {
  it("give validity, confidence, labels, references and what is indicated", () => {
    const reading = read(
      "stix",
      bundle(
        indicator("[domain-name:value = 'Bad.Example.']", {
          valid_until: "2024-02-02T00:00:00Z",
          confidence: 40,
          labels: ["c2"],
          indicator_types: ["malicious-activity"],
          external_references: [{ source_name: "x" }, { url: "https://reports.example/1" }],
        }),
        { type: "malware", id: "malware--1", name: "Poison" },
        {
          type: "relationship",
          relationship_type: "indicates",
          source_ref: "indicator--1",
          target_ref: "malware--1",
        },
      ),
    );
    expect([...reading.indicators.values()]).toEqual([
      {
        type: "domain",
        value: "bad.example",
        feed: "feed",
        threat: "Poison",
        tags: ["c2", "malicious-activity"],
        confidence: 40,
        valid_from: Date.parse("2024-01-02T03:04:05.678Z"),
        valid_until: Date.parse("2024-02-02T00:00:00Z"),
        first_seen: null,
        reference: "https://reports.example/1",
      },
    ]);
  });

  it("leave out what was revoked, is in another language, is never valid or holds a bad value", () => {
    const reading = read(
      "stix",
      bundle(
        indicator("[domain-name:value = 'good.example']"),
        indicator("[domain-name:value = 'a.example']", { revoked: true }),
        indicator("alert tcp any any", { pattern_type: "snort" }),
        indicator("[domain-name:value = 'b.example']", { valid_until: "2020-01-01T00:00:00Z" }),
        indicator("[domain-name:value = 'domain autuo.xicp.net']"),
        { type: "indicator" },
        null as never,
        ["x"],
      ),
    );
    expect(valuesOf(reading)).toEqual(["domain good.example"]);
    expect(refusedOf(reading)).toEqual({
      revoked: 1,
      "pattern-language": 1,
      "never-valid": 1,
      "bad-domain": 1,
      "pattern-not-understood": 1,
    });
  });

  it("are told from other JSON", () => {
    expect(() => read("stix", "[]")).toThrow("STIX bundle");
    expect(() => read("stix", "{")).toThrow("must be JSON");
    expect(read("stix", '{"type":"bundle","id":"bundle--1"}').indicators.size).toBe(0);
  });
});
