import { describe, expect, it } from "vitest";
import { withoutPort } from "../../../src/enrichment/feeds/threatfox.ts";
import { read, refusedOf, valuesOf } from "./support.ts";

const only = (reading: ReturnType<typeof read>) => [...reading.indicators.values()][0];

describe("Feodo Tracker", () => {
  const csv = `################
# Feodo Tracker, a banner, with commas
################
"first_seen_utc","dst_ip","dst_port","c2_status","last_online","malware"
"2021-01-17 07:30:05","203.0.113.205","443","offline","2021-08-18","Dridex"
"2021-01-17 07:30:05","not an address","443","online","2021-08-18","Dridex"
# END 2 entries
`;

  it("is read as CSV, times as UTC", () => {
    const reading = read("feodo", csv);
    expect(only(reading)).toEqual({
      type: "ip",
      value: "203.0.113.205",
      feed: "feed",
      threat: "Dridex",
      tags: ["botnet_cc", "offline"],
      confidence: 75,
      valid_from: null,
      valid_until: null,
      first_seen: Date.parse("2021-01-17T07:30:05Z"),
      reference: null,
    });
    expect(reading.indicators.size).toBe(1);
    expect(refusedOf(reading)).toEqual({ "bad-address": 1 });
    expect(reading.examples.get("bad-address")).toBe("not an address");
  });

  it("is read as JSON", () => {
    const text = JSON.stringify([
      {
        ip_address: "203.0.113.5",
        port: 443,
        status: "online",
        first_seen: "2024-01-02 03:04:05",
        malware: "QakBot",
      },
      { port: 1 },
      7,
    ]);
    const reading = read("feodo", text);
    expect(only(reading)).toMatchObject({
      value: "203.0.113.5",
      threat: "QakBot",
      tags: ["botnet_cc", "online"],
    });
    expect(refusedOf(reading)).toEqual({ "no-value": 2 });
  });

  it("may be empty, but not something else", () => {
    const empty = csv
      .split("\n")
      .filter((line) => !line.startsWith('"2021'))
      .join("\n");
    expect(read("feodo", empty).indicators.size).toBe(0);
    expect(() => read("feodo", "<html>\n<p>Busy, try later</p>\n")).toThrow("dst_ip");
    expect(() => read("feodo", csv.replaceAll("203.0.113.205", "x"))).toThrow("2 bad-address");
  });
});

describe("URLhaus", () => {
  const csv = `# URLhaus Database Dump (CSV - recent URLs only)
# Last updated: 2024-03-19 11:34:09 (UTC), dumped, whole
# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter
"1","2024-03-19 11:34:09","http://Files.Bad.example:80/bins/x86?v=1","online","2024-03-19 11:34:09","malware_download","elf,mirai","https://urlhaus.example/url/1/","reporter"
"2","2024-03-19 11:34:09","http://198.51.100.7:4433/i","offline","","malware_download","None","https://urlhaus.example/url/2/","reporter"
"3","2024-03-19 11:34:09","https://github.com/somebody/something/raw/x.exe","online","","malware_download","exe","https://urlhaus.example/url/3/","reporter"
"4","2024-03-19 11:34:09","nonsense","online","","malware_download","exe","https://urlhaus.example/url/4/","reporter"
`;

  it("is read as CSV, whose header is a comment", () => {
    const reading = read("urlhaus", csv);
    expect(valuesOf(reading)).toEqual([
      "url http://files.bad.example/bins/x86?v=1",
      "url http://198.51.100.7:4433/i",
      "url https://github.com/somebody/something/raw/x.exe",
    ]);
    expect(only(reading)).toMatchObject({
      threat: "malware_download",
      tags: ["elf", "mirai"],
      first_seen: Date.parse("2024-03-19T11:34:09Z"),
      reference: "https://urlhaus.example/url/1/",
    });
    expect([...reading.indicators.values()][1]?.tags).toEqual([]);
    expect(refusedOf(reading)).toEqual({ "bad-url": 1 });
  });

  it("gives hosts too, with less confidence, but none that serve everybody", () => {
    const reading = read("urlhaus", csv, { hosts: true });
    const hosts = [...reading.indicators.values()].filter(({ type }) => type !== "url");
    expect(hosts.map(({ type, value, confidence }) => [type, value, confidence])).toEqual([
      ["domain", "files.bad.example", 60],
      ["ip", "198.51.100.7", 60],
    ]);
    expect(refusedOf(reading)).toEqual({ "bad-url": 1, "shared-host": 1 });
  });

  it("loses only the row whose quote is never closed", () => {
    const broken = csv.replace('"2","2024-03-19', '"2,2024-03-19');
    const reading = read("urlhaus", broken);
    expect(valuesOf(reading)).toContain("url http://files.bad.example/bins/x86?v=1");
    expect(valuesOf(reading)).toContain("url https://github.com/somebody/something/raw/x.exe");
  });

  it("is read as JSON: a list, or a dump by id; times end in UTC", () => {
    const row = {
      id: "9",
      dateadded: "2024-03-19 11:34:09 UTC",
      url: "http://bad.example/a",
      threat: "malware_download",
      tags: ["elf", "32-bit"],
      urlhaus_link: "https://urlhaus.example/url/9/",
    };
    for (const text of [
      JSON.stringify([row]),
      JSON.stringify({ 9: [row] }),
      JSON.stringify({ urls: [row] }),
    ]) {
      expect(only(read("urlhaus", text))).toMatchObject({
        value: "http://bad.example/a",
        tags: ["32-bit", "elf"],
        first_seen: Date.parse("2024-03-19T11:34:09Z"),
      });
    }
  });
});

describe("ThreatFox", () => {
  const header =
    '# "first_seen_utc","ioc_id","ioc_value","ioc_type","threat_type","fk_malware","malware_alias","malware_printable","last_seen_utc","confidence_level","is_compromised","reference","tags","anonymous","reporter"';
  const row = (value: string, type: string, confidence = "100", tags = "None") =>
    `"2024-05-01 10:00:00", "17", "${value}", "${type}", "botnet_cc", "win.x", "None", "X Loader", "", "${confidence}", "False", "None", "${tags}", "0", "reporter"`;
  const csv = (...rows: readonly string[]) => [`# banner`, header, ...rows, ""].join("\n");

  it("is read as CSV with blanks behind commas and None for nothing", () => {
    const reading = read(
      "threatfox",
      csv(
        row("Bad.example", "domain", "50", "a,b"),
        row("198.51.100.7:8443", "ip:port"),
        row("[2001:db8::7]:443", "ip:port"),
        row("2001:db8:1::5:40669", "ip:port"),
        row("http://bad.example/x", "url"),
        row("D41D8CD98F00B204E9800998ECF8427E", "md5_hash"),
        row("x", "sha256_hash"),
        row("https://envelope.example", "envelope"),
      ),
    );
    expect(valuesOf(reading)).toEqual([
      "domain bad.example",
      "ip 198.51.100.7",
      "ip 2001:db8::7",
      "ip 2001:db8:1::5",
      "url http://bad.example/x",
      "md5 d41d8cd98f00b204e9800998ecf8427e",
    ]);
    expect(only(reading)).toMatchObject({
      threat: "X Loader",
      tags: ["a", "b", "botnet_cc"],
      confidence: 50,
      first_seen: Date.parse("2024-05-01T10:00:00Z"),
      reference: null,
    });
    expect(refusedOf(reading)).toEqual({ "bad-hash": 1, "type-not-looked-up": 1 });
  });

  it("finds its columns by name: they were more in later years", () => {
    const older = csv(row("bad.example", "domain")).replace(',"is_compromised"', "").replace(', "False"', "");
    expect(only(read("threatfox", older))).toMatchObject({ value: "bad.example", confidence: 100 });
  });

  it("is read as JSON of export, API and list", () => {
    const ioc = {
      id: "1",
      ioc: "bad.example",
      threat_type: "payload_delivery",
      ioc_type: "domain",
      malware_printable: "X",
      confidence_level: 80,
      first_seen: "2024-05-01 10:00:00 UTC",
      last_seen: null,
      tags: null,
    };
    for (const root of [[ioc], { data: [ioc], query_status: "ok" }, { 1: [ioc] }]) {
      expect(only(read("threatfox", JSON.stringify(root)))).toMatchObject({
        value: "bad.example",
        confidence: 80,
        tags: ["payload_delivery"],
      });
    }
  });

  it("takes the port from the end only", () => {
    expect(withoutPort("198.51.100.7")).toBe("198.51.100.7");
    expect(withoutPort("[2001:db8::7")).toBe("");
  });
});
