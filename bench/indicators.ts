/**
 * What a million indicators cost: memory, loading them as the topic gives them (JSON), and a look-up of each type, found
 * and not. `node bench/indicators.ts [COUNT]` prints one line for each figure.
 */
import { createHash } from "node:crypto";
import { indicator as format } from "../src/codec/indicator.ts";
import { decodeJson, encodeJson } from "../src/codec/json.ts";
import { indicatorKey } from "../src/enrichment/indicator.ts";
import { IndicatorTable, type ObservableType } from "../src/enrichment/indicator-table.ts";
import { indicators } from "../src/enrichment/indicators.ts";
import { makeEvent } from "../test/events/make-event.ts";
import { at, indicatorOf, sampleValue } from "./sample-tables.ts";

const count = Number(process.argv[2] ?? 1_000_000);
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const before = process.memoryUsage().rss;
const table = new IndicatorTable();
let decoding = 0;
let taking = 0;
for (let n = 0; n < count; n++) {
  const one = indicatorOf(n);
  const [key, value] = [indicatorKey(one), encodeJson(one)];
  const start = performance.now();
  const decoded = decodeJson(format, value);
  const middle = performance.now();
  table.take(key, decoded);
  taking += performance.now() - middle;
  decoding += middle - start;
}
const rss = process.memoryUsage().rss;
const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
say(
  `${table.size} indicators: decoded in ${(decoding / 1000).toFixed(2)} s, taken up in ${(taking / 1000).toFixed(2)} s`,
);
say(
  `memory of the process: ${mib(rss)} MiB, ${mib(before)} MiB before; largest ${mib(process.resourceUsage().maxRSS * 1024)} MiB`,
);

/** Microseconds a look-up, the best of five rounds; texts are made before, as events bring them. */
function perLookup(
  type: ObservableType,
  texts: readonly string[],
): { readonly us: number; readonly hits: number } {
  let hits = 0;
  const rounds = Array.from({ length: 5 }, () => {
    hits = 0;
    const start = performance.now();
    for (const text of texts) if (table.find(type, text, at).length > 0) hits++;
    return ((performance.now() - start) * 1000) / texts.length;
  });
  return { us: Math.min(...rounds), hits };
}

const rounds = 100_000;
const spread = (make: (n: number) => string) =>
  Array.from({ length: rounds }, (_, k) => make(Math.floor((k * count) / rounds / 10) * 10));
const known = (digit: number) => spread((n) => sampleValue(n + digit).value);
const lookups: readonly (readonly [string, ObservableType, readonly string[]])[] = [
  ["domain, listed", "domain", known(1)],
  ["domain, below a listed one", "domain", spread((n) => `a.b.c.${sampleValue(n + 1).value}`)],
  ["domain, unknown", "domain", spread((n) => `api-${n}.shop.example.com`)],
  ["URL, listed", "url", known(4)],
  ["URL, unknown", "url", spread((n) => `https://api-${n}.shop.example.com/v1/items?id=${n}`)],
  [
    "URL, to be normalised first",
    "url",
    spread((n) => `HTTP://files-${(n + 4).toString(36)}.Example:80/bins/${n + 4}/x86_64.sh#top`),
  ],
  ["IPv4, listed", "ip", spread((n) => sampleValue(n + 6).value.split("/")[0]!)],
  ["IPv4, unknown", "ip", spread((n) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`)],
  ["IPv6, unknown", "ip", spread((n) => `2001:db8::${(n & 0xffff).toString(16)}`)],
  ["SHA-256, listed", "hash", known(7)],
  ["SHA-256, unknown", "hash", spread((n) => createHash("sha256").update(`x${n}`).digest("hex"))],
];
for (const [name, type, texts] of lookups) {
  const { us, hits } = perLookup(type, texts);
  say(`${name}: ${us.toFixed(2)} µs a look-up, ${hits} of ${texts.length} found`);
}

const { enrich } = indicators({
  table,
  source: "indicators",
  freshness: () => "current",
});
const events = Array.from({ length: 50_000 }, (_, n) =>
  makeEvent({
    dst_ip: `10.0.${(n >> 8) & 255}.${n & 255}`,
    cmdline: `curl -sf -o /tmp/x https://api-${n}.shop.example.com/v1/items?id=${n} --retry 3`,
  }),
);
const start = performance.now();
for (const event of events) enrich(event);
say(
  `an event with an address and a command line: ${(((performance.now() - start) * 1000) / events.length).toFixed(2)} µs`,
);
