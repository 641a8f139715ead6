/** The alert (`schemas/alert.avsc`). */
import type {
  Alert,
  AlertCondition,
  AlertRule,
  AlertStatus,
  Evidence,
  EvidenceOrigin,
} from "../alerts/alert.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { isSeverity } from "../events/severity.ts";
import type { RecordFormat } from "./codec.ts";
import {
  asMap,
  flag,
  integer,
  integerOrNull,
  isNothing,
  list,
  map,
  numberOrNull,
  text,
  textMap,
  textOrNull,
  texts,
  word,
} from "./shape.ts";

export const alert: RecordFormat<Alert> = {
  schema: "alert",
  read: (fields) => ({
    id: text(fields, "id"),
    revision: integer(fields, "revision"),
    fingerprint: text(fields, "fingerprint"),
    status: word(fields, "status", isStatus),
    merged_into: textOrNull(fields, "merged_into"),
    rule: readRule(map(fields, "rule")),
    severity: word(fields, "severity", isSeverity),
    group: textMap(fields, "group"),
    opened_at: integer(fields, "opened_at"),
    last_seen: integer(fields, "last_seen"),
    closed_at: integerOrNull(fields, "closed_at"),
    event_count: integer(fields, "event_count"),
    conditions: list(fields, "conditions").map((item) => readCondition(asMap(item, "conditions"))),
    reason: text(fields, "reason"),
    evidence: list(fields, "evidence").map((item) => readEvidence(asMap(item, "evidence"))),
    evidence_total: integer(fields, "evidence_total"),
    entities: textMap(fields, "entities"),
    actions: texts(fields, "actions"),
    late: flag(fields, "late"),
    rebuilt: flag(fields, "rebuilt"),
    gap: flag(fields, "gap"),
    shadow: flag(fields, "shadow"),
    rule_since: integerOrNull(fields, "rule_since"),
  }),
  toAvro: (value) => value,
  fromAvro: (decoded) => decoded as JsonMap,
};

function isStatus(value: unknown): value is AlertStatus {
  return value === "open" || value === "update" || value === "closed";
}

function readRule(fields: JsonMap): AlertRule {
  return {
    id: text(fields, "id"),
    name: text(fields, "name"),
    version: text(fields, "version"),
    tags: texts(fields, "tags"),
  };
}

function readCondition(fields: JsonMap): AlertCondition {
  return {
    name: text(fields, "name"),
    value: text(fields, "value"),
    operator: textOrNull(fields, "operator"),
    threshold: numberOrNull(fields, "threshold"),
    met: flag(fields, "met"),
  };
}

function readEvidence(fields: JsonMap): Evidence {
  return {
    id: text(fields, "id"),
    timestamp: integer(fields, "timestamp"),
    type: text(fields, "type"),
    container_id: textOrNull(fields, "container_id"),
    origin: readOrigin(fields.origin),
  };
}

function readOrigin(value: JsonValue | undefined): EvidenceOrigin | null {
  if (isNothing(value)) return null;
  const fields = asMap(value, "origin");
  return {
    topic: text(fields, "topic"),
    partition: integer(fields, "partition"),
    offset: integer(fields, "offset"),
    index: integer(fields, "index"),
  };
}
