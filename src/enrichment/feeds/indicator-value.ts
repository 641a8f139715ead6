/** A feed's value → type and value as they are looked up, or the reason why it is none. */
import { domainName } from "../domain-name.ts";
import type { IndicatorType } from "../indicator.ts";
import { bitsOf, formatPrefix, parsePrefix } from "../ip-prefix.ts";
import { isPublicSuffix } from "../public-suffix.ts";
import { urlValue } from "../url-value.ts";
import type { CandidateType } from "./candidate.ts";

export type IndicatorValue =
  | { readonly type: IndicatorType; readonly value: string }
  | { readonly refused: string };

const hashTypes: Readonly<Record<number, IndicatorType>> = { 64: "sha256", 40: "sha1", 32: "md5" };
/** The least prefixes that a feed may list: a wider one is a mistake that would flag whole countries. */
const widest = { 32: 8, 128: 19 } as const;

export function indicatorValue(type: CandidateType, text: string): IndicatorValue {
  const value = refanged(text.trim());
  switch (type) {
    case "domain":
      return domain(value);
    case "address":
      return address(value) ?? { refused: "bad-address" };
    case "host":
      return address(value) ?? domain(value);
    case "url":
      return url(value);
    case "any":
      return any(value);
    default:
      return hash(type, value);
  }
}

/** `hxxp://evil[.]example` is how people write what must not be clicked. */
function refanged(text: string): string {
  return text.replace(/^hxxp/i, "http").replaceAll(/\[(\.|:)\]|\(\.\)/g, (part) => part.charAt(1));
}

function any(value: string): IndicatorValue {
  if (value.includes("://")) return url(value);
  const network = address(value);
  if (network !== null) return network;
  const found = hash("hash", value);
  return "refused" in found ? domain(value) : found;
}

function domain(text: string): IndicatorValue {
  const name = domainName(text.startsWith("*.") ? text.slice(2) : text);
  if (name === null) return { refused: "bad-domain" };
  return isPublicSuffix(name) ? { refused: "public-suffix" } : { type: "domain", value: name };
}

function address(text: string): IndicatorValue | null {
  const prefix = parsePrefix(text);
  if (prefix === null) return null;
  const bits = bitsOf(prefix.address) as 32 | 128;
  if (prefix.length < widest[bits]) return { refused: "network-too-wide" };
  return { type: prefix.length === bits ? "ip" : "cidr", value: formatPrefix(prefix) };
}

function url(text: string): IndicatorValue {
  const value = urlValue(text);
  if (value === null) return { refused: "bad-url" };
  return { type: "url", value: value.url };
}

function hash(type: "hash" | "sha256" | "sha1" | "md5", text: string): IndicatorValue {
  const value = text.toLowerCase();
  const found = /^[0-9a-f]{32,64}$/.test(value) ? hashTypes[value.length] : undefined;
  if (found === undefined || (type !== "hash" && found !== type)) return { refused: "bad-hash" };
  return { type: found, value };
}
