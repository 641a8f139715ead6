import { describe, expect, it } from "vitest";
import { read, refusedOf, valuesOf } from "./support.ts";

describe("A plain list", () => {
  it("tells addresses, networks, domains, URLs and hashes apart, line by line", () => {
    const text = [
      "\uFEFF# firehol_level1, a comment",
      "192.0.2.0/24",
      "198.51.100.1\t5",
      "2001:DB8:0:0::1",
      "2001:db8::/33 # a network",
      "Bad.Example.",
      "*.wild.example",
      "https://Phish.example/login#here",
      "hxxp://defanged[.]example/a",
      "Bücher.example",
      "0.0.0.0 hosts.example",
      "; another comment",
      `${"AB".repeat(16)}`,
      "",
      "10.1.2.3/24",
      "::ffff:192.0.2.9",
    ].join("\r\n");
    expect(valuesOf(read("plain_list", text))).toEqual([
      "cidr 192.0.2.0/24",
      "ip 198.51.100.1",
      "ip 2001:db8::1",
      "cidr 2001:db8::/33",
      "domain bad.example",
      "domain wild.example",
      "url https://phish.example/login",
      "url http://defanged.example/a",
      "domain xn--bcher-kva.example",
      "domain hosts.example",
      `md5 ${"ab".repeat(16)}`,
      "cidr 10.1.2.0/24",
      "ip 192.0.2.9",
    ]);
  });

  it("leaves out what would flag half the world", () => {
    const reading = read(
      "plain_list",
      "co.uk\ncom.\ngithub.io\n0.0.0.0/0\n::/0\ngithub.com\nevil.github.io\n10.0.0.0/7\n",
    );
    expect(valuesOf(reading)).toEqual(["domain evil.github.io"]);
    expect(refusedOf(reading)).toEqual({
      "public-suffix": 2,
      "bad-domain": 1,
      "network-too-wide": 3,
      "shared-host": 1,
    });
  });

  it("leaves out what is excluded and what is twice", () => {
    const reading = read("plain_list", "a.example\nA.example\nb.example\n", {
      excluded: (value) => value.startsWith("b"),
    });
    expect(valuesOf(reading)).toEqual(["domain a.example"]);
    expect(refusedOf(reading)).toEqual({ excluded: 1 });
  });

  it("that is a page of HTML is no list", () => {
    expect(() => read("plain_list", "<html>\n<body>\n<p>Gone</p>\n")).toThrow("bad-domain");
  });
});

describe("Any CSV", () => {
  it("gives the values of a column by number or by name, with the delimiter of the settings", () => {
    const text = "# comment\nwhen;what\n2024;bad.example\n2024;\n2024; 203.0.113.1\n";
    expect(valuesOf(read("csv", text, { value: "what", delimiter: ";" }))).toEqual([
      "domain bad.example",
      "ip 203.0.113.1",
    ]);
    const numbered = read("csv", text, { value: 2, delimiter: ";" });
    expect(refusedOf(numbered)).toEqual({ "bad-domain": 1, "no-value": 1 });
    expect(() => read("csv", text, { value: "ioc", delimiter: ";" })).toThrow("must name the column ioc");
  });

  it("takes threat, tags and confidence from the settings", () => {
    const reading = read("csv", "bad.example\n", { threat: "Pool", tags: ["mining"], confidence: 90 });
    expect([...reading.indicators.values()]).toMatchObject([
      { threat: "Pool", tags: ["mining"], confidence: 90 },
    ]);
  });
});
