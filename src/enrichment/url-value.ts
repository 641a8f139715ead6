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
  const simple = canonical.test(text) ? text : simplified(text, scheme);
  if (simple !== null && !simple.includes("xn--")) return canonicalValue(simple, simple.indexOf("://") + 3);
  const parsed = URL.parse(text);
  if (parsed === null || parsed.hostname === "") return null;
  if (parsed.username !== "") parsed.username = "";
  if (parsed.password !== "") parsed.password = "";
  const url = before("#", parsed.href);
  return { url, withoutQuery: before("?", url), host: hostOf(parsed.hostname) };
}

function canonicalValue(url: string, hostAt: number): UrlValue {
  return {
    url,
    withoutQuery: before("?", url),
    host: domainName(url.slice(hostAt, url.indexOf("/", hostAt))),
  };
}

/** The text with scheme and host in lower case, without default port and fragment; null: more must be done to it. */
function simplified(text: string, scheme: number): string | null {
  const path = text.indexOf("/", scheme + 3);
  if (path < 0) return null;
  const head = text.slice(0, path).toLowerCase();
  const port = head.startsWith("http:") ? ":80" : ":443";
  const origin = head.endsWith(port) ? head.slice(0, -port.length) : head;
  const simple = origin + before("#", text.slice(path));
  return canonical.test(simple) ? simple : null;
}

/** The parser escapes these marks everywhere but where they part the text; it leaves them where nothing follows. */
function before(mark: "#" | "?", text: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? text : text.slice(0, at);
}

function hostOf(hostname: string): string | null {
  const bare = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  const prefix = parsePrefix(bare);
  return prefix === null ? domainName(bare) : formatPrefix(prefix);
}
