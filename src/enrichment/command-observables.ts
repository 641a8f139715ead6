/**
 * Domains, addresses and URLs in a command line, without regular expressions: it is cut at what stands between words,
 * and words with a dot or a colon in the right place are candidates. Bounded: the first 4,096 characters, 32 candidates.
 * What is not really a domain (`main.py`) costs a look-up and is found nowhere.
 */
import { domainName } from "./domain-name.ts";
import type { ObservableType } from "./indicator-table.ts";
import { parseAddress } from "./ip-prefix.ts";

export interface Observable {
  readonly type: ObservableType;
  readonly value: string;
}

const longest = 4_096;
const most = 32;
/** Blanks, quotes and what shells and programs put between words. */
const between = table(" \t\r\n\"'`<>()[]{}|;,&=\\^*$!");
/** Of these what a URL may hold. */
const inUrls = table("&=,;!$*[]");

export function commandObservables(command: string): readonly Observable[] {
  const found: Observable[] = [];
  const end = Math.min(command.length, longest);
  let start = 0;
  for (let at = 0; at <= end && found.length < most; at++) {
    if (at < end && !isBetween(command, at, start)) continue;
    if (at > start) {
      const observable = observableIn(command.slice(start, at));
      if (observable !== null) found.push(observable);
    }
    start = at + 1;
  }
  return found;
}

/** Once a word has become a URL, a query's `&`, `=`, `,` and `;` and an address in brackets belong to it. */
function isBetween(command: string, at: number, start: number): boolean {
  const code = command.charCodeAt(at);
  if (code > 127 || between[code] === 0) return false;
  return inUrls[code] === 0 || !hasScheme(command, start, at);
}

function table(letters: string): Uint8Array {
  const marks = new Uint8Array(128);
  for (let at = 0; at < letters.length; at++) marks[letters.charCodeAt(at)] = 1;
  return marks;
}

/** A scheme within the first characters of the word: the look back is short, however long the word. */
function hasScheme(command: string, start: number, end: number): boolean {
  return command.slice(start, Math.min(end, start + 24)).includes("://");
}

function observableIn(word: string): Observable | null {
  if (word.length < 4) return null;
  const scheme = word.indexOf("://");
  if (scheme > 0) return { type: "url", value: word.slice(schemeStart(word, scheme)) };
  if (!word.includes(".") && !word.includes(":")) return null;
  const host = hostIn(word);
  if (parseAddress(host) !== null) return { type: "ip", value: host };
  const domain = domainName(host);
  return domain === null ? null : { type: "domain", value: domain };
}

/** `-uhttp://…` and `url:http://…` begin the URL where its scheme does. */
function schemeStart(word: string, end: number): number {
  let start = end;
  while (start > 0 && isSchemeLetter(word.charCodeAt(start - 1))) start -= 1;
  while (start < end && !isLetter(word.charCodeAt(start))) start += 1;
  const known = word.slice(start, end).toLowerCase();
  for (const scheme of ["https", "http", "ftp"]) {
    if (known.endsWith(scheme)) return end - scheme.length;
  }
  return start;
}

function isSchemeLetter(code: number): boolean {
  return isLetter(code) || (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** `user@host:port/path` and `/dev/tcp/host/port`. */
function hostIn(word: string): string {
  const device = word.indexOf("/dev/tcp/") >= 0 ? "/dev/tcp/" : "/dev/udp/";
  const from = word.indexOf(device);
  let host = from < 0 ? word : word.slice(from + device.length);
  const slash = host.indexOf("/");
  if (slash >= 0) host = host.slice(0, slash);
  host = host.slice(host.lastIndexOf("@") + 1);
  const colon = host.indexOf(":");
  return colon >= 0 && colon === host.lastIndexOf(":") ? host.slice(0, colon) : host;
}
