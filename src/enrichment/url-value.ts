/**
 * URLs in the one spelling that is compared: as the WHATWG parser writes them (lower-case scheme and host, no default
 * port, dots in the path resolved), without user, password and fragment.
 */
import { domainName } from "./domain-name.ts";
import { formatPrefix, parsePrefix } from "./ip-prefix.ts";

export interface UrlValue {
  readonly url: string;
  readonly withoutQuery: string;
  /** Domain or address; null: neither. */
  readonly host: string | null;
}

export const longestUrl = 2_048;
/** Texts that the parser would leave as they are: most, at a fifth of its cost. */
const canonical =
  /^https?:\/\/(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*\/(?:[\w~/-]|(?<!\/)\.)*(?:\?[\w~/?=&.:;,+-]*)?$/;

/** Null: the text is no URL with a host, or longer than anybody compares. */
export function urlValue(text: string): UrlValue | null {
  if (text.length > longestUrl) return null;
  const scheme = text.indexOf("://");
  if (scheme < 1 || scheme > 16) return null;
  if (canonical.test(text) && !text.includes("xn--")) return canonicalValue(text, scheme + 3);
  const parsed = URL.parse(text);
  if (parsed === null || parsed.hostname === "") return null;
  if (parsed.username !== "") parsed.username = "";
  if (parsed.password !== "") parsed.password = "";
  const { href, hash, search } = parsed;
  const url = cutEnd(href, hash);
  return { url, withoutQuery: cutEnd(url, search), host: hostOf(parsed.hostname) };
}

function canonicalValue(url: string, hostAt: number): UrlValue {
  const query = url.indexOf("?");
  return {
    url,
    withoutQuery: query < 0 ? url : url.slice(0, query),
    host: domainName(url.slice(hostAt, url.indexOf("/", hostAt))),
  };
}

function cutEnd(text: string, end: string): string {
  return end !== "" && text.endsWith(end) ? text.slice(0, -end.length) : text;
}

function hostOf(hostname: string): string | null {
  const bare = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  const prefix = parsePrefix(bare);
  return prefix === null ? domainName(bare) : formatPrefix(prefix);
}
