import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { formatPrefix, parseAddress, parsePrefix } from "../../src/enrichment/ip-prefix.ts";

const again = (text: string) => {
  const prefix = parsePrefix(text);
  return prefix === null ? null : formatPrefix(prefix);
};

describe("Addresses and networks", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["255.255.255.255", "255.255.255.255"],
    ["0.0.0.0", "0.0.0.0"],
    ["192.0.2.255/24", "192.0.2.0/24"],
    ["192.0.2.1/32", "192.0.2.1"],
    ["1.2.3.4/0", "0.0.0.0/0"],
    ["2001:DB8::0:1", "2001:db8::1"],
    ["2001:db8:ffff::/33", "2001:db8:8000::/33"],
    ["2001:db8::1/128", "2001:db8::1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1/120", "192.0.2.0/24"],
  ])("%s is %s", (text, expected) => {
    expect(again(text)).toBe(expected);
  });

  it.each([
    "",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4 ",
    "1..2.3",
    ".1.2.3",
    "1.2.3.",
    "0x7f.0.0.1",
    "1.2.3.4/33",
    "1.2.3.4/",
    "1.2.3.4/-1",
    "1.2.3.4/8/8",
    "fe80::1%eth0",
    ":::",
    "2001:db8::/129",
    "::ffff:1.2.3.4/90",
    "bad.example",
  ])("%s is none", (text) => {
    expect(again(text)).toBeNull();
  });

  it("an IPv6 network holds what the library says it holds", () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const groups = fc.array(group, { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(groups, fc.integer({ min: 0, max: 128 }), (parts, length) => {
        // Where the library sees IPv4 within, ours is an IPv4 network.
        fc.pre(parts[0] !== 0);
        const text = new ipaddr.IPv6(parts).toString();
        const network = again(`${text}/${length}`)!;
        const [base, bits] = network.includes("/")
          ? ipaddr.IPv6.parseCIDR(network)
          : [ipaddr.IPv6.parse(network), 128];
        expect(bits).toBe(length);
        expect(ipaddr.IPv6.parse(text).match(base, bits)).toBe(true);
        expect(ipaddr.IPv6.networkAddressFromCIDR(`${text}/${length}`).toString()).toBe(base.toString());
      }),
    );
  });

  it("IPv4 stays itself", () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(again(text)).toBe(text);
        expect(parseAddress(`::ffff:${text}`)).toBe(parseAddress(text));
      }),
    );
  });
});
