/**
 * The codecs of all topics. Without a registry our records are JSON; with one they are Avro under subjects
 * `<topic>-value`, and the raw topic's subject holds the schema that native producers may take.
 */
import type { Action } from "../actions/action.ts";
import type { Alert } from "../alerts/alert.ts";
import type { Indicator } from "../enrichment/indicator.ts";
import type { InventoryEntry } from "../enrichment/inventory-entry.ts";
import type { Session } from "../enrichment/session.ts";
import { ConfigError, InvalidMessage } from "../errors.ts";
import { action } from "./action.ts";
import { alert } from "./alert.ts";
import { avroCodec, inputDecoder, inputReader, recordReader } from "./avro.ts";
import { writerOptions } from "./avro-plain.ts";
import type { Codec, EnrichedEvent, RecordFormat, SecurityEventInput } from "./codec.ts";
import { enrichedEvent } from "./enriched-event.ts";
import { indicator } from "./indicator.ts";
import { inventoryEntry } from "./inventory-entry.ts";
import { decodeJson, encodeJson, parseMap } from "./json.ts";
import { openRegistry, type Registry, type RegistryAccess } from "./registry.ts";
import { type RuleRecord, ruleDocument } from "./rule-document.ts";
import { schemaCache } from "./schema-cache.ts";
import { schemaText, schemaType } from "./schemas.ts";
import { session } from "./session.ts";
import { isAvro } from "./wire-format.ts";

export interface Codecs {
  readonly event: Pick<Codec<SecurityEventInput>, "decode">;
  readonly enriched: Codec<EnrichedEvent>;
  readonly alert: Codec<Alert>;
  readonly action: Codec<Action>;
  readonly indicator: Codec<Indicator>;
  readonly rule: Codec<RuleRecord>;
  readonly inventory: Codec<InventoryEntry>;
  readonly session: Codec<Session>;
  readonly registry: "none" | "avro";
  /** Throws TransientError when the registry, where there is one, does not answer. */
  check(): Promise<void>;
}

export interface CodecOptions {
  /** The registry's Confluent-compatible API; null: no registry. */
  readonly registryUrl: string | null;
  /** Absent: what the URL says, and no more. */
  readonly registryAccess?: RegistryAccess;
  /** Topic names. */
  readonly subjects: Readonly<
    Record<
      "raw" | "enriched" | "alerts" | "actions" | "rules" | "inventory" | "sessions" | "indicators",
      string
    >
  >;
}

/** Throws ConfigError when the registry refuses a schema, TransientError when it does not answer. */
export async function openCodecs({
  registryUrl,
  registryAccess: access,
  subjects,
}: CodecOptions): Promise<Codecs> {
  if (registryUrl === null) return jsonCodecs;
  const registry = openRegistry(registryUrl, { access });
  const foreign = openRegistry(registryUrl, { access, parsing: writerOptions() });
  await offerToProducers(registry, subjectOf(subjects.raw));
  return {
    event: inputDecoder(schemaCache({ load: async (id) => inputReader(await foreign.fetch(id)) })),
    enriched: await ownCodec(registry, enrichedEvent, subjectOf(subjects.enriched)),
    alert: await ownCodec(registry, alert, subjectOf(subjects.alerts)),
    action: await ownCodec(registry, action, subjectOf(subjects.actions)),
    indicator: await ownCodec(registry, indicator, subjectOf(subjects.indicators)),
    rule: await ownCodec(registry, ruleDocument, subjectOf(subjects.rules)),
    inventory: await ownCodec(registry, inventoryEntry, subjectOf(subjects.inventory)),
    session: await ownCodec(registry, session, subjectOf(subjects.sessions)),
    registry: "avro",
    check: () => registry.check(subjectOf(subjects.enriched)),
  };
}

const jsonCodecs: Codecs = {
  event: { decode: (value) => parseMap(refuseAvro(value)) },
  enriched: jsonCodec(enrichedEvent),
  alert: jsonCodec(alert),
  action: jsonCodec(action),
  indicator: jsonCodec(indicator),
  rule: jsonCodec(ruleDocument),
  inventory: jsonCodec(inventoryEntry),
  session: jsonCodec(session),
  registry: "none",
  check: async () => {},
};

function jsonCodec<T extends object>(format: RecordFormat<T>): Codec<T> {
  return { encode: encodeJson, decode: (value) => decodeJson(format, refuseAvro(value)) };
}

function refuseAvro(value: Buffer): Buffer {
  if (!isAvro(value)) return value;
  throw new InvalidMessage(
    "no-registry",
    "Cannot read Avro: a schema registry must be configured: current value of CORRAL_REGISTRY_URL is none",
  );
}

async function ownCodec<T>(registry: Registry, format: RecordFormat<T>, subject: string): Promise<Codec<T>> {
  const type = schemaType(format.schema);
  const id = await registry.register(subject, schemaText(format.schema));
  const readers = schemaCache({
    load: async (writer) => recordReader(format, type, await registry.fetch(writer)),
    known: new Map([[id, recordReader(format, type, type)]]),
  });
  return avroCodec(format, { id, type }, readers);
}

/** Producers may have put a schema of their own there first; theirs stands, since raw input needs none of ours. */
async function offerToProducers(registry: Registry, subject: string): Promise<void> {
  await registry.register(subject, schemaText("event")).catch((error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
  });
}

function subjectOf(topic: string): string {
  return `${topic}-value`;
}
