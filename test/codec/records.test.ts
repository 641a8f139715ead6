import avro, { type types } from "avsc";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action } from "../../src/actions/action.ts";
import type { Alert, AlertCondition, AlertRule, Evidence, EvidenceOrigin } from "../../src/alerts/alert.ts";
import { action as actionFormat } from "../../src/codec/action.ts";
import { alert as alertFormat } from "../../src/codec/alert.ts";
import type { EnrichedEvent } from "../../src/codec/codec.ts";
import { enrichedEvent } from "../../src/codec/enriched-event.ts";
import { indicator as indicatorFormat } from "../../src/codec/indicator.ts";
import { inventoryEntry as inventoryFormat } from "../../src/codec/inventory-entry.ts";
import { openCodecs } from "../../src/codec/open-codecs.ts";
import { type RuleRecord, ruleDocument } from "../../src/codec/rule-document.ts";
import { type SchemaName, schemaNames, schemaText, schemaType } from "../../src/codec/schemas.ts";
import { session as sessionFormat } from "../../src/codec/session.ts";
import type { Indicator } from "../../src/enrichment/indicator.ts";
import type { InventoryEntry, Owner } from "../../src/enrichment/inventory-entry.ts";
import type { Session } from "../../src/enrichment/session.ts";
import type { JsonValue, Origin } from "../../src/events/security-event.ts";
import { severities } from "../../src/events/severity.ts";
import { maxDepth } from "../../src/sources/limits.ts";
import { action, alert, document, entry, event, indicator, session, set } from "./records.ts";
import { subjects } from "./subjects.ts";
import { avroCodecOf, reasonOf } from "./support.ts";

/** The farthest time that sources let through; see clamp-time.ts. */
const maxTime = 2 ** 52;
const json = await openCodecs({ registryUrl: null, subjects });
const codecs = {
  JSON: json,
  Avro: {
    enriched: avroCodecOf(enrichedEvent),
    alert: avroCodecOf(alertFormat),
    action: avroCodecOf(actionFormat),
    indicator: avroCodecOf(indicatorFormat),
    rule: avroCodecOf(ruleDocument),
    inventory: avroCodecOf(inventoryFormat),
    session: avroCodecOf(sessionFormat),
  },
};

describe("schemas and types", () => {
  // Each list is checked by the compiler against its type, and here against the schema.
  const names = {
    SecurityEvent: keys({
      id: true,
      timestamp: true,
      container_id: true,
      type: true,
      severity: true,
      source: true,
      details: true,
      enrichment: true,
    } satisfies Record<keyof Omit<EnrichedEvent, "origin">, true>),
    EnrichedEvent: keys({
      id: true,
      timestamp: true,
      container_id: true,
      type: true,
      severity: true,
      source: true,
      details: true,
      enrichment: true,
      origin: true,
    } satisfies Record<keyof EnrichedEvent, true>),
    Origin: keys({
      topic: true,
      partition: true,
      offset: true,
      index: true,
      broker_time: true,
    } satisfies Record<keyof Origin, true>),
    Alert: keys({
      id: true,
      revision: true,
      fingerprint: true,
      status: true,
      merged_into: true,
      rule: true,
      severity: true,
      group: true,
      opened_at: true,
      last_seen: true,
      closed_at: true,
      event_count: true,
      conditions: true,
      reason: true,
      evidence: true,
      evidence_total: true,
      entities: true,
      actions: true,
      late: true,
      rebuilt: true,
      gap: true,
      shadow: true,
      rule_since: true,
    } satisfies Record<keyof Alert, true>),
    AlertRule: keys({ id: true, name: true, version: true, tags: true } satisfies Record<
      keyof AlertRule,
      true
    >),
    AlertCondition: keys({
      name: true,
      value: true,
      operator: true,
      threshold: true,
      met: true,
    } satisfies Record<keyof AlertCondition, true>),
    Evidence: keys({
      id: true,
      timestamp: true,
      type: true,
      container_id: true,
      origin: true,
    } satisfies Record<keyof Evidence, true>),
    EvidenceOrigin: keys({
      topic: true,
      partition: true,
      offset: true,
      index: true,
    } satisfies Record<keyof EvidenceOrigin, true>),
    Action: keys({
      id: true,
      alert_id: true,
      type: true,
      target: true,
      parameters: true,
      severity: true,
      mode: true,
      created_at: true,
      expires_at: true,
    } satisfies Record<keyof Action, true>),
    Indicator: keys({
      type: true,
      value: true,
      feed: true,
      threat: true,
      tags: true,
      confidence: true,
      valid_from: true,
      valid_until: true,
      first_seen: true,
      reference: true,
    } satisfies Record<keyof Indicator, true>),
    RuleRecord: keys({
      kind: true,
      id: true,
      file: true,
      line: true,
      text: true,
      count: true,
      hash: true,
      pushed_at: true,
    } satisfies Record<FieldsOf<RuleRecord>, true>),
    InventoryEntry: keys({
      kind: true,
      source: true,
      learnt: true,
      updated_at: true,
      cluster: true,
      container_id: true,
      name: true,
      namespace: true,
      pod: true,
      node: true,
      workload: true,
      workload_kind: true,
      owners: true,
      service_account: true,
      image: true,
      image_digest: true,
      runtime: true,
      labels: true,
      ips: true,
      state: true,
      started_at: true,
      ended_at: true,
      restarts: true,
      previous_container: true,
    } satisfies Record<keyof InventoryEntry, true>),
    Owner: keys({ kind: true, name: true } satisfies Record<keyof Owner, true>),
    Session: keys({
      session_id: true,
      kind: true,
      user: true,
      impersonated_user: true,
      groups: true,
      source_ip: true,
      pod: true,
      container: true,
      command: true,
      opened_at: true,
      closed_at: true,
    } satisfies Record<keyof Session, true>),
    Value: ["value"],
    Entries: ["entries"],
    Entry: ["key", "value"],
  };

  it.each(schemaNames)("%s.avsc has the fields of its type", (name) => {
    const records = recordsOf(name);
    expect(records.size).toBeGreaterThan(0);
    for (const [record, fields] of records) {
      expect(names).toHaveProperty(record);
      expect(sorted(fields), record).toEqual(names[record as keyof typeof names]);
    }
  });

  it("says what every field is, and keeps times apart from other numbers", () => {
    for (const name of schemaNames) {
      const text = schemaText(name);
      for (const field of fieldsIn(JSON.parse(text))) {
        expect(field.doc, field.name).toMatch(/\.$/);
        const isTime =
          /^(timestamp|broker_time|rule_since|last_seen|first_seen|valid_from|valid_until|.*_at)$/.test(
            field.name,
          );
        const ownType = JSON.stringify(field.type, (key, inner) => (key === "fields" ? undefined : inner));
        expect(ownType.includes("timestamp-millis"), field.name).toBe(isTime);
        if (Array.isArray(field.type) && field.name !== "value") {
          // A producer who leaves it out means null.
          expect([field.type[0], field.default], field.name).toEqual(["null", null]);
        }
      }
    }
  });

  it("asks native producers for no more than id, timestamp and type", () => {
    const { fields } = schemaType("event") as types.RecordType;
    const required = fields.filter((field) => field.defaultValue() === undefined).map(({ name }) => name);
    expect(required).toEqual(["id", "timestamp", "type"]);
  });
});

describe.each(["JSON", "Avro"] as const)("records in %s", (encoding) => {
  const { enriched, alert: alerts, action: actions, rule: rules, ...tables } = codecs[encoding];

  it("come back as they were", () => {
    expect(enriched.decode(enriched.encode(event))).toStrictEqual(event);
    expect(alerts.decode(alerts.encode(alert))).toStrictEqual(alert);
    expect(actions.decode(actions.encode(action))).toStrictEqual(action);
    expect(rules.decode(rules.encode(document))).toStrictEqual(document);
    expect(rules.decode(rules.encode(set))).toStrictEqual(set);
    expect(tables.inventory.decode(tables.inventory.encode(entry))).toStrictEqual(entry);
    expect(tables.session.decode(tables.session.encode(session))).toStrictEqual(session);
    expect(tables.indicator.decode(tables.indicator.encode(indicator))).toStrictEqual(indicator);
  });

  it("come back with nothing where there was nothing", () => {
    const { container_id, origin, ...bare } = event;
    expect(enriched.decode(enriched.encode(bare))).toStrictEqual({
      ...bare,
      container_id: null,
      origin: null,
    });
    const open: Alert = {
      ...alert,
      merged_into: null,
      closed_at: null,
      rule_since: null,
      evidence: [],
      conditions: [],
    };
    expect(alerts.decode(alerts.encode(open))).toStrictEqual(open);
    const least: InventoryEntry = { kind: "node", source: "file", learnt: false, updated_at: 5, name: "n1" };
    expect(tables.inventory.decode(tables.inventory.encode(least))).toStrictEqual(least);
  });

  it("begin with a zero byte or a brace", () => {
    expect(enriched.encode(event)[0]).toBe(encoding === "Avro" ? 0 : "{".charCodeAt(0));
  });

  it("are read in the other encoding too, where there is a registry", () => {
    const read = () => codecs[encoding].alert.decode(codecs.JSON.alert.encode(alert));
    expect(read()).toStrictEqual(alert);
    const other = () => codecs[encoding].alert.decode(codecs.Avro.alert.encode(alert));
    if (encoding === "Avro") expect(other()).toStrictEqual(alert);
    else expect(reasonOf(other)).toBe("no-registry");
  });

  it("come back from the depth that sources let in", () => {
    let deep: JsonValue = "bottom";
    for (let n = 0; n < maxDepth + 4; n++) deep = n % 2 ? [deep] : { k: deep };
    const one = { ...event, details: { deep, maps: nestedMaps(maxDepth + 4) } };
    expect(enriched.decode(enriched.encode(one))).toEqual(one);
  });

  it("come back, whatever is in them", () => {
    const key = fc.string().filter((text) => text !== "__proto__");
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
        fc.string({ unit: "grapheme" }),
        fc.array(tie("value")),
        fc.dictionary(key, tie("value"), { noNullPrototype: true }),
      ),
    }));
    const anyEvent = fc.record<EnrichedEvent>({
      id: fc.string(),
      timestamp: fc.integer({ min: -maxTime, max: maxTime }),
      container_id: fc.option(fc.string()),
      type: fc.string(),
      severity: fc.constantFrom(...severities),
      source: fc.string({ maxLength: 20_000, size: "max" }),
      details: fc.dictionary(key, value, { noNullPrototype: true }),
      enrichment: fc.dictionary(key, value, { noNullPrototype: true }),
      origin: fc.constantFrom(null, event.origin!),
    });
    fc.assert(
      fc.property(anyEvent, (one) => {
        expect(enriched.decode(enriched.encode(one))).toEqual(one);
      }),
      { numRuns: 200 },
    );
  });
});

describe("records in JSON that are none of ours", () => {
  const decode = (change: object) =>
    reasonOf(() => json.alert.decode(Buffer.from(JSON.stringify({ ...alert, ...change }))));

  it("are refused by what is wrong", () => {
    expect(reasonOf(() => json.alert.decode(Buffer.from("{")))).toBe("not-json");
    expect(reasonOf(() => json.alert.decode(Buffer.from("[]")))).toBe("bad-shape");
    const wrong = [
      { id: 1 },
      { revision: 1.5 },
      { opened_at: 2 ** 53 },
      { status: "shut" },
      { severity: "bad" },
      { group: { a: 1 } },
      { rule: null },
      { actions: [1] },
      { evidence: {} },
      { evidence: [{}] },
      { conditions: [null] },
      { late: "no" },
    ];
    for (const change of wrong) expect(decode(change), JSON.stringify(change)).toBe("bad-shape");
  });

  it("are refused as rules of a kind that is not known, or without what their kind has", () => {
    const decoded = (record: object) => reasonOf(() => json.rule.decode(Buffer.from(JSON.stringify(record))));
    for (const record of [
      { ...document, kind: "list" },
      { ...document, text: null },
      { ...set, line: 1, count: null },
    ])
      expect(decoded(record), JSON.stringify(record)).toBe("bad-shape");
  });

  it("are refused as entries of the inventory too", () => {
    const wrong = [
      { kind: "vm" },
      { updated_at: "now" },
      { owners: [{ kind: "x" }] },
      { labels: { a: 1 } },
      { ips: "10.0.0.1" },
    ];
    for (const change of wrong) {
      const bytes = Buffer.from(JSON.stringify({ ...entry, ...change }));
      expect(
        reasonOf(() => json.inventory.decode(bytes)),
        JSON.stringify(change),
      ).toBe("bad-shape");
    }
  });

  it("may have fields that we do not know", () => {
    expect(json.alert.decode(Buffer.from(JSON.stringify({ ...alert, later: 1 })))).toStrictEqual(alert);
  });
});

describe("earlier and later versions of a schema", () => {
  const without = (names: readonly string[]) => {
    const schema = JSON.parse(schemaText("alert"));
    return {
      ...schema,
      fields: schema.fields.filter((field: { name: string }) => !names.includes(field.name)),
    };
  };

  it("are read: missing fields take their default, unknown ones are passed over", () => {
    const earlier = without(["rule_since", "late", "entities"]);
    earlier.fields.unshift({ name: "later", type: { type: "array", items: "string" } });
    const type = avro.Type.forSchema(earlier);
    const bytes = Buffer.concat([
      Buffer.from([0, 0, 0, 0, 8]),
      type.toBuffer({ ...alert, later: ["x", "y"] }),
    ]);
    expect(avroCodecOf(alertFormat, earlier).decode(bytes)).toStrictEqual({
      ...alert,
      rule_since: null,
      late: false,
      entities: {},
    });
  });

  it("are refused where they cannot fit", () => {
    expect(reasonOf(() => avroCodecOf(alertFormat, without(["id"])))).toBe("bad-schema");
  });
});

function nestedMaps(depth: number): JsonValue {
  return depth === 0 ? 1 : { k: nestedMaps(depth - 1) };
}

/** Of all kinds of a record together. */
type FieldsOf<T> = T extends T ? keyof T : never;

function sorted(names: readonly string[]): readonly string[] {
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}

function keys(fields: object): readonly string[] {
  return sorted(Object.keys(fields));
}

interface FieldSchema {
  readonly name: string;
  readonly type: unknown;
  readonly doc?: string;
  readonly default?: unknown;
}

function* fieldsIn(schema: unknown): Generator<FieldSchema> {
  if (typeof schema !== "object" || schema === null) return;
  const { fields } = schema as { fields?: readonly FieldSchema[] };
  if (fields !== undefined) yield* fields;
  for (const inner of Object.values(schema)) yield* fieldsIn(inner);
}

function recordsOf(name: SchemaName): ReadonlyMap<string, readonly string[]> {
  const records = new Map<string, readonly string[]>();
  const visit = (schema: unknown): void => {
    if (typeof schema !== "object" || schema === null) return;
    const {
      type,
      name: record,
      fields,
    } = schema as { type?: unknown; name?: string; fields?: readonly FieldSchema[] };
    if (type === "record" && record !== undefined)
      records.set(
        record,
        fields!.map((field) => field.name),
      );
    Object.values(schema).forEach(visit);
  };
  visit(JSON.parse(schemaText(name)));
  return records;
}
