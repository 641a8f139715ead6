/** Addresses as keys: one text for one address, IPv4-mapped IPv6 as IPv4. Parsing is remembered, bounded. */
import ipaddr from "ipaddr.js";
import { ConfigError } from "../errors.ts";

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Range = readonly [Address, number];

/** Longest text of an address, with room for a zone. */
const longest = 64;

/** Undefined: it is none. `ipaddr.js` alone would take `1` and `0x7f.1` for addresses. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > longest || !(ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text))) {
    return undefined;
  }
  return ipaddr.process(text);
}

/** One text for one address; undefined: it is none. */
export function addressKey(text: string): string | undefined {
  return parseAddress(text)?.toString();
}

/** Throws ConfigError that names the setting. */
export function parseRanges(texts: readonly string[], setting: string): readonly Range[] {
  return texts.map((text) => {
    try {
      return ipaddr.parseCIDR(text) as [Address, number];
    } catch {
      throw new ConfigError(`Cannot use ${setting}: it must be CIDR ranges: current value is ${text}`);
    }
  });
}

export function isWithin(address: Address, ranges: readonly Range[]): boolean {
  return ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));
}
