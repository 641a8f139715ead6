/**
 * All indicators in memory, for looking up what events hold. Made for a million and more: values stand once as keys of
 * maps, what is known of them in columns (indicator-rows.ts), networks in one map for each length of prefix.
 *
 * Of a key the last record taken counts; taking one again changes nothing.
 */
import { InvalidMessage } from "../errors.ts";
import { AllowList } from "./allow-list.ts";
import { domainName } from "./domain-name.ts";
import { type Indicator, type IndicatorType, indicatorKey, indicatorPlace } from "./indicator.ts";
import { IndicatorRows, noRow, type Row } from "./indicator-rows.ts";
import { type Address, bitsOf, formatPrefix, parseAddress, parsePrefix } from "./ip-prefix.ts";
import { NameFilter } from "./name-filter.ts";
import { PrefixMap } from "./prefix-map.ts";
import { isPublicSuffix } from "./public-suffix.ts";
import { urlValue } from "./url-value.ts";

export interface IndicatorTableOptions {
  /** Never found, looked at before anything else. */
  readonly allow?: AllowList;
  /** Indicators of less confidence are not taken up; default 0. */
  readonly minConfidence?: number;
}

/** What an event may hold of. */
export type ObservableType = "domain" | "ip" | "url" | "hash";

export interface IndicatorMatch extends Row {
  readonly type: IndicatorType;
  /** The indicator's. */
  readonly value: string;
  /** What was looked up. */
  readonly matched: string;
}

const none: readonly IndicatorMatch[] = [];
const hashTypes: Readonly<Record<number, IndicatorType>> = { 64: "sha256", 40: "sha1", 32: "md5" };

export class IndicatorTable {
  readonly #allow: AllowList;
  readonly #minConfidence: number;
  readonly #domains = new Map<string, number>();
  /** What may be in `#domains`. */
  readonly #listed = new NameFilter();
  readonly #urls = new Map<string, number>();
  readonly #hashes = new Map<string, number>();
  readonly #networks = new PrefixMap();
  readonly #rows = new IndicatorRows();

  constructor({ allow = new AllowList(), minConfidence = 0 }: IndicatorTableOptions = {}) {
    this.#allow = allow;
    this.#minConfidence = minConfidence;
  }

  /** Number of indicators; those that several feeds tell count several times. */
  get size(): number {
    return this.#rows.size;
  }

  /** Takes up a record of the topic; null: the key is gone. Throws InvalidMessage `bad-key`. */
  take(key: string, indicator: Indicator | null): void {
    if (indicator !== null && indicatorKey(indicator) !== key) throw badKey(key);
    const place = indicator ?? indicatorPlace(key);
    if (place === null) throw badKey(key);
    const kept = indicator !== null && this.#wants(indicator) ? indicator : null;
    const change = (head: number) =>
      kept === null ? this.#rows.drop(head, place.feed) : this.#rows.put(head, kept);
    if (kept?.type === "domain") this.#listed.add(kept.value);
    if (place.type === "ip" || place.type === "cidr") this.#changeNetwork(key, place.value, change);
    else changeHead(this.#mapOf(place.type), place.value, change);
  }

  /** Names under which anybody can have a domain would flag them all. */
  #wants({ type, value, confidence }: Indicator): boolean {
    return confidence >= this.#minConfidence && !(type === "domain" && isPublicSuffix(value));
  }

  /** What is known of a domain, address, URL or hash at an event time, the most confident first. */
  find(type: ObservableType, text: string, at: number): readonly IndicatorMatch[] {
    const found = this.#lookUp(type, text, at);
    return found.length < 2 ? found : found.toSorted((a, b) => b.confidence - a.confidence);
  }

  #lookUp(type: ObservableType, text: string, at: number): readonly IndicatorMatch[] {
    switch (type) {
      case "domain":
        return this.#findDomain(domainName(text), text, at);
      case "ip":
        return this.#findAddress(parseAddress(text), text, at);
      case "url":
        return this.#findUrl(text, at);
      case "hash":
        return this.#findHash(text.toLowerCase(), at);
    }
  }

  /** The domain and those above it. */
  #findDomain(domain: string | null, matched: string, at: number): readonly IndicatorMatch[] {
    if (domain === null || this.#allow.hasDomain(domain)) return none;
    let found = none;
    for (const start of this.#listed.startsIn(domain)) {
      const name = domain.slice(start);
      const head = this.#domains.get(name);
      if (head !== undefined)
        found = this.#collect(found, head, at, { type: "domain", value: name, matched });
    }
    return found;
  }

  #findAddress(address: Address | null, matched: string, at: number): readonly IndicatorMatch[] {
    if (address === null || this.#allow.hasAddress(address)) return none;
    let found = none;
    this.#networks.each(address, (head, network) => {
      const type = network.length === bitsOf(address) ? "ip" : "cidr";
      found = this.#collect(found, head, at, { type, value: formatPrefix(network), matched });
    });
    return found;
  }

  /** The URL, the same without its query, and its host. */
  #findUrl(text: string, at: number): readonly IndicatorMatch[] {
    const value = urlValue(text);
    if (value === null) return none;
    const { url, withoutQuery, host } = value;
    const address = host === null ? null : parseAddress(host);
    if (host !== null && (address === null ? this.#allow.hasDomain(host) : this.#allow.hasAddress(address)))
      return none;
    let found = none;
    for (const one of url === withoutQuery ? [url] : [url, withoutQuery]) {
      const head = this.#urls.get(one);
      if (head !== undefined)
        found = this.#collect(found, head, at, { type: "url", value: one, matched: text });
    }
    const ofHost = address === null ? this.#findDomain(host, text, at) : this.#findAddress(address, text, at);
    return found.length === 0 ? ofHost : [...found, ...ofHost];
  }

  #findHash(hash: string, at: number): readonly IndicatorMatch[] {
    const type = hashTypes[hash.length];
    const head = type === undefined ? undefined : this.#hashes.get(hash);
    return head === undefined
      ? none
      : this.#collect(none, head, at, { type: type!, value: hash, matched: hash });
  }

  #collect(
    found: readonly IndicatorMatch[],
    head: number,
    at: number,
    match: Pick<IndicatorMatch, "type" | "value" | "matched">,
  ): readonly IndicatorMatch[] {
    const more: IndicatorMatch[] = [...found];
    this.#rows.each(head, at, (row) => more.push({ ...match, ...row }));
    return more;
  }

  #mapOf(type: Exclude<IndicatorType, "ip" | "cidr">): Map<string, number> {
    if (type === "domain") return this.#domains;
    return type === "url" ? this.#urls : this.#hashes;
  }

  #changeNetwork(key: string, value: string, change: (head: number) => number): void {
    const network = parsePrefix(value);
    if (network === null) throw badKey(key);
    changeHead(this.#networks, network, change);
  }
}

/** Where chains begin, by value. */
interface Heads<Value> {
  get(value: Value): number | undefined;
  set(value: Value, head: number): unknown;
  delete(value: Value): unknown;
}

function changeHead<Value>(heads: Heads<Value>, value: Value, change: (head: number) => number): void {
  const before = heads.get(value) ?? noRow;
  const after = change(before);
  if (after === noRow) heads.delete(value);
  else if (after !== before) heads.set(value, after);
}

function badKey(key: string): InvalidMessage {
  return new InvalidMessage(
    "bad-key",
    `Cannot take indicator: the key must be <type>/<value>/<feed> of its value: current value is ${key.slice(0, 200)}`,
  );
}
