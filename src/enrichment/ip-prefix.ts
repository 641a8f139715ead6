/**
 * Addresses and networks as keys. An IPv4 address is its 32 bits as a signed integer, an IPv6 address a text of its
 * eight 16-bit groups: both are compared by value and can be cut to a prefix. `::ffff:10.0.0.1` is `10.0.0.1`.
 */
import ipaddr from "ipaddr.js";

export type Address = number | string;
export interface Prefix {
  /** Bits beyond `length` are zero. */
  readonly address: Address;
  readonly length: number;
}

/** Null: the text is no address. Stricter than libraries for which `10.0.0` and `010.0.0.1` are addresses. */
export function parseAddress(text: string): Address | null {
  return text.includes(":") ? parseSix(text) : parseFour(text);
}

/** `10.0.0.0/8`, `fd00::/8`, or an address, which is the longest prefix of itself. */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const most = bitsOf(address);
  if (slash < 0) return { address, length: most };
  const digits = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(digits)) return null;
  const mapped = typeof address === "number" && text.includes(":") ? 96 : 0;
  const length = Number(digits) - mapped;
  return length >= 0 && length <= most ? { address: cut(address, length), length } : null;
}

export function formatPrefix({ address, length }: Prefix): string {
  const text = typeof address === "number" ? formatFour(address) : formatSix(address);
  return length === bitsOf(address) ? text : `${text}/${length}`;
}

export function bitsOf(address: Address): number {
  return typeof address === "number" ? 32 : 128;
}

/** The address with only its first `length` bits. */
export function cut(address: Address, length: number): Address {
  if (typeof address === "number") return length === 0 ? 0 : address & (-1 << (32 - length));
  if (length === 128) return address;
  const whole = length >> 4;
  const rest = length & 15;
  const split = rest === 0 ? "" : String.fromCharCode(address.charCodeAt(whole) & (0xffff << (16 - rest)));
  return (address.slice(0, whole) + split).padEnd(8, "\0");
}

function parseFour(text: string): number | null {
  if (text.length < 7 || text.length > 15) return null;
  let bits = 0;
  let part = -1;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2e) {
      if (part < 0 || ++dots > 3) return null;
      bits = (bits << 8) | part;
      part = -1;
      continue;
    }
    if (code < 0x30 || code > 0x39 || part === 0) return null;
    part = (part < 0 ? 0 : part * 10) + code - 0x30;
    if (part > 255) return null;
  }
  return dots === 3 && part >= 0 ? (bits << 8) | part : null;
}

function parseSix(text: string): Address | null {
  const parts = text.length > 45 || text.includes("%") ? null : partsOf(text);
  if (parts === null) return null;
  const [, , , , , marker = 0, high = 0, low = 0] = parts;
  const isMapped = marker === 0xffff && parts.slice(0, 5).every((part) => part === 0);
  return isMapped ? (high << 16) | low : String.fromCharCode(...parts);
}

/** Asking first whether it is one would parse it twice. */
function partsOf(text: string): readonly number[] | null {
  try {
    return ipaddr.IPv6.parse(text).parts;
  } catch {
    return null;
  }
}

function formatFour(bits: number): string {
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

function formatSix(groups: string): string {
  return new ipaddr.IPv6(Array.from({ length: 8 }, (_, n) => groups.charCodeAt(n))).toString();
}
