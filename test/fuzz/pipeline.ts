/**
 * The way of a raw record through the whole product in one process: read, enriched, routed, encoded and decoded, judged
 * by all shipped rules, its alerts written. What must hold for whatever comes is checked on the way.
 */
import { alertOf } from "../../src/alerts/alert-of.ts";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { enrichmentOf, tablesOfEnrichers } from "../../src/app/enrichment-of.ts";
import { judgeSettings } from "../../src/app/judge-settings.ts";
import { loadRuleSet } from "../../src/app/load-rule-set.ts";
import { tablesOf } from "../../src/app/tables.ts";
import type { Codec, EnrichedEvent } from "../../src/codec/codec.ts";
import { enrichedEvent } from "../../src/codec/enriched-event.ts";
import { openCodecs } from "../../src/codec/open-codecs.ts";
import { schemaText } from "../../src/codec/schemas.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { InvalidMessage } from "../../src/errors.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { isSeverity } from "../../src/events/severity.ts";
import { route } from "../../src/rules/routing.ts";
import { usableBy } from "../../src/rules/usable.ts";
import { builtInNames } from "../../src/sources/formats.ts";
import { maxDepth, maxFields, maxTextBytes } from "../../src/sources/limits.ts";
import { recordReader } from "../../src/sources/read-record.ts";
import { avroCodecOf, plainOf } from "../codec/support.ts";
import type { FuzzRecord } from "./mutate.ts";

const config = loadConfig({ flags: {}, env: { CORRAL_CLUSTER: "fuzz" } });
const rules = loadRuleSet(config);
const readRecord = recordReader();
const readAvro = plainOf(JSON.parse(schemaText("event")));
const avro = avroCodecOf(enrichedEvent);
const json = await openCodecs({
  registryUrl: null,
  subjects: config.topics,
});

/** Marks that are added to what the limits have cut: `cut`, `clock_replaced`. */
const marks = 8;

export class Pipeline {
  readonly #tables = tablesOf(config, tablesOfEnrichers(config.enrichers));
  readonly #chain = enrichmentOf(config, this.#tables);
  readonly #usable = usableBy(rules.rules, this.#chain.enrichers);
  readonly #engine = new EmbeddedEngine(rules, judgeSettings(config));
  readonly counts = {
    events: 0,
    alerts: 0,
    refused: new Map<string, number>(),
    sources: new Map<string, number>(),
  };

  /** Throws what is wrong. `brokerTime` rises from record to record, epoch milliseconds. */
  run(record: FuzzRecord, offset: number, brokerTime: number): void {
    for (const event of this.#read(record, offset, brokerTime)) {
      checkLimits(event);
      this.counts.events += 1;
      const [source] = event.source.split(":") as [string];
      count(this.counts.sources, builtInNames.includes(source) ? source : "others");
      const enriched = this.#enriched(event);
      for (const codec of [json.enriched, avro]) {
        const decoded = decodedBy(codec, codec.encode(enriched));
        const difference = differenceOf(enriched, decoded, "event");
        if (difference !== null) throw new Error(`decoded otherwise: ${difference}`);
      }
      this.#judge(enriched);
    }
  }

  /**
   * CPU of the dearest record, milliseconds: of the raw one, with which the enricher does all that it has to at once, or of
   * one that it makes of it for the correlator. Nothing is checked on the way; of the codecs the dearer is taken.
   */
  measure(record: FuzzRecord, offset: number, brokerTime: number): number {
    const [ofRaw, encoded] = cpuOf(() =>
      this.#read(record, offset, brokerTime).map((event) => avro.encode(this.#enriched(event))),
    );
    const ofEnriched = encoded.map((value) => cpuOf(() => this.#judge(decodedBy(avro, value)))[0]);
    return Math.max(ofRaw, ...ofEnriched);
  }

  /** What a role does once a minute. */
  sweep(now: number): void {
    this.#tables.inventory.sweep(now);
  }

  #read({ value, headers }: FuzzRecord, offset: number, brokerTime: number): readonly SecurityEvent[] {
    const origin = { topic: "events.raw", partition: 0, offset, broker_time: brokerTime };
    try {
      const read = readRecord({ value, headers, origin }, readAvro);
      if (read instanceof Promise) throw new Error("what has no schema to fetch must be read at once");
      return read;
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error;
      count(this.counts.refused, error.reason);
      return [];
    }
  }

  #enriched(event: SecurityEvent): SecurityEvent {
    const enriched = this.#chain.pass(event);
    const { routes, used } = route(rules, enriched);
    if (used && !this.#usable(event)) throw new Error("what a rule uses must count as usable");
    if (routes.length === 0 || routes.some(({ key }) => key === ""))
      throw new Error("an event must have a key");
    return enriched;
  }

  #judge(enriched: SecurityEvent): void {
    for (const verdict of this.#engine.feed(enriched)) {
      this.counts.alerts += 1;
      const alert = alertOf(verdict, "events.raw");
      if (/[\p{Cc}\p{Cf}\p{Cs}]/u.test(alert.reason))
        throw new Error(`a reason must be safe: ${JSON.stringify(alert.reason)}`);
      void json.alert.decode(json.alert.encode(alert));
    }
  }
}

function decodedBy(codec: Codec<EnrichedEvent>, value: Buffer): EnrichedEvent {
  const decoded = codec.decode(value);
  if (decoded instanceof Promise) throw new Error("a known schema must be read at once");
  return decoded;
}

function cpuOf<T>(work: () => T): readonly [number, T] {
  const before = process.threadCpuUsage();
  const done = work();
  const { user, system } = process.threadCpuUsage(before);
  return [(user + system) / 1_000, done];
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function checkLimits({ id, type, source, severity, timestamp, details, enrichment }: SecurityEvent): void {
  for (const name of [id, type, source])
    if (name === "" || Buffer.byteLength(name) > 512 || !name.isWellFormed())
      throw new Error(`odd name ${JSON.stringify(name).slice(0, 80)}`);
  if (!isSeverity(severity)) throw new Error(`odd severity ${String(severity)}`);
  if (!Number.isSafeInteger(timestamp)) throw new Error(`odd time ${timestamp}`);
  for (const [map, extra] of [
    [details, 0],
    [enrichment, marks],
  ] as const) {
    const fields = fieldsOf(map, maxDepth);
    if (fields > maxFields + extra) throw new Error(`${fields} fields`);
  }
}

function fieldsOf(value: unknown, depth: number): number {
  if (typeof value === "string") {
    if (Buffer.byteLength(value) > maxTextBytes || !value.isWellFormed())
      throw new Error(`odd text of ${value.length}`);
    return 0;
  }
  if (typeof value === "number" && !Number.isFinite(value)) throw new Error("a number must be finite");
  if (value === undefined || typeof value === "bigint" || typeof value === "function")
    throw new Error("a value must be JSON");
  if (typeof value !== "object" || value === null) return 0;
  if (depth === 0) throw new Error("too deep");
  if (
    !Array.isArray(value) &&
    Object.getPrototypeOf(value) !== Object.prototype &&
    Object.getPrototypeOf(value) !== null
  )
    throw new Error("a map must be plain");
  return Object.entries(value).reduce((sum, [key, each]) => {
    if (!key.isWellFormed()) throw new Error("odd key");
    return sum + 1 + fieldsOf(each, depth - 1);
  }, 0);
}

/** Keys that are undefined are absent, -0 is 0, and `__proto__` may be left out, as Avro does. */
function differenceOf(a: unknown, b: unknown, path: string): string | null {
  if (a === b) return null;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return `${path}: ${String(JSON.stringify(a)).slice(0, 100)} became ${String(JSON.stringify(b)).slice(0, 100)}`;
  }
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  keys.delete("__proto__");
  for (const key of keys) {
    const [left, right] = [own(a, key), own(b, key)];
    const difference = differenceOf(left, right, `${path}.${key}`);
    if (difference !== null) return difference;
  }
  return null;
}

function own(map: object, key: string): unknown {
  return Object.hasOwn(map, key) ? (map as Record<string, unknown>)[key] : undefined;
}
