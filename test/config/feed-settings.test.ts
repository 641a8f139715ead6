import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { allowListOf } from "../../src/app/allow-list-of.ts";
import { feedFormatNames } from "../../src/config/feed-settings.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { settingList } from "../../src/config/settings.ts";
import { feedFormats } from "../../src/enrichment/feeds/formats.ts";
import { ConfigError } from "../../src/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "corral-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));

function feedsOf(feeds: string) {
  const file = join(folder, "corral.yml");
  writeFileSync(file, `indicators:\n  feeds:\n${feeds}`);
  return loadConfig({ flags: {}, env: {}, file }).indicators.feeds;
}

describe("Settings of feeds", () => {
  it("name the formats that there are", () => {
    expect(new Set<string>(feedFormatNames)).toEqual(new Set(Object.keys(feedFormats)));
  });

  it("are complete with a name, a place and a format", () => {
    expect(
      feedsOf("    - { name: urlhaus, url: https://feeds.example/csv, format: urlhaus, every: 10m }\n"),
    ).toEqual([
      {
        name: "urlhaus",
        url: "https://feeds.example/csv",
        path: null,
        format: "urlhaus",
        everyMs: 600_000,
        confidence: 75,
        headersFile: null,
        value: 1,
        delimiter: ",",
        exclude: null,
        hosts: null,
        threat: null,
        tags: [],
        timeoutMs: 60_000,
        maxBytes: 67_108_864,
      },
    ]);
  });

  it("are shown without what may be a key in the URL", () => {
    const [setting] = settingList.filter(({ path }) => path === "indicators.feeds");
    const feeds = feedsOf(
      "    - { name: a, url: https://feeds.example/exports/s3cret/recent.csv, format: threatfox }\n",
    );
    const shown = setting!.type.show(feeds);
    expect(shown).toContain("https://feeds.example/…");
    expect(shown).not.toContain("s3cret");
  });

  it.each([
    ["a name with a slash", "{ name: a/b, path: x, format: stix }"],
    ["no place", "{ name: a, format: stix }"],
    ["two places", "{ name: a, path: x, url: https://a.example/, format: stix }"],
    ["an unknown format", "{ name: a, path: x, format: taxii }"],
    ["an unknown key", "{ name: a, path: x, format: stix, evry: 1h }"],
    ["a place that is no URL", "{ name: a, url: file:///etc/passwd, format: stix }"],
    ["a name twice", "{ name: a, path: x, format: stix }\n    - { name: a, path: y, format: stix }"],
  ])("are refused with %s", (_, feed) => {
    expect(() => feedsOf(`    - ${feed}\n`)).toThrow(ConfigError);
  });
});

describe("The setting indicators.allow", () => {
  it("takes domains, addresses, networks and files of such", () => {
    const file = join(folder, "allow.txt");
    writeFileSync(file, "# ours\nours.example # all of it\n\n10.0.0.0/8\n");
    const list = allowListOf(["*.theirs.example", `file:${file}`]);
    expect(list.hasDomain("www.ours.example")).toBe(true);
    expect(list.hasDomain("theirs.example")).toBe(true);
    expect(list.hasDomain("yours.example")).toBe(false);
  });

  it("tells every entry that is none, with its place", () => {
    const file = join(folder, "allow.txt");
    writeFileSync(file, "fine.example\nno good\n");
    expect(() => allowListOf(["bad entry", `file:${file}`])).toThrow(
      /an entry must be .*bad entry\n.*allow.txt:2 must be .*no good/,
    );
    expect(() => allowListOf(["file:/does/not/exist"])).toThrow(ConfigError);
  });
});
