/** Alerts and actions between the state and their topics: how they stand in the outbox, and how they are sent. */
import type { Action } from "../actions/action.ts";
import type { Alert } from "../alerts/alert.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { OutboxRecord } from "../state/store.ts";
import type { OutgoingRecord } from "../transport/log.ts";
import { chainHeaders } from "./control-records.ts";

export type Emission =
  | { readonly kind: "alert"; readonly record: Alert }
  | { readonly kind: "action"; readonly record: Action }
  | { readonly kind: "chain"; readonly record: ChainedEvent };

/** An event that a rule produced for rules of another group, on its way to their partition. */
export interface ChainedEvent {
  readonly event: SecurityEvent;
  /** Correlation key of the group that reads it. */
  readonly key: string;
  readonly level: number;
  /** Null: it has become part of another. */
  readonly until: number | null;
}

export interface EmissionTargets {
  readonly alerts: string;
  readonly actions: string;
  readonly encodeAlert: (alert: Alert) => Buffer;
  readonly encodeAction: (action: Action) => Buffer;
  readonly enriched: string;
  readonly encodeEvent: (event: SecurityEvent) => Buffer;
  /** The enriched partition of a correlation key. */
  readonly partitionOf: (key: string) => number;
}

export function outboxRecord(seq: number, emission: Emission): OutboxRecord {
  return { seq, body: JSON.stringify(emission) };
}

export function emissionOf({ body }: OutboxRecord): Emission {
  return JSON.parse(body) as Emission;
}

/** The same emission gives the same record, whoever sends it. */
export function outgoing(emission: Emission, targets: EmissionTargets): OutgoingRecord {
  if (emission.kind === "alert") {
    const { record } = emission;
    return { topic: targets.alerts, key: record.fingerprint, value: targets.encodeAlert(record) };
  }
  if (emission.kind === "chain") {
    const { event, key, level, until } = emission.record;
    const headers = chainHeaders(level, until);
    return {
      topic: targets.enriched,
      partition: targets.partitionOf(key),
      key,
      value: targets.encodeEvent(event),
      headers,
    };
  }
  const { record } = emission;
  return { topic: targets.actions, key: targetKey(record), value: targets.encodeAction(record) };
}

/** `container=3f2a…`: actions on one target stay in order. */
function targetKey({ target }: Action): string {
  const [first] = Object.entries(target);
  return first === undefined ? "*" : `${first[0]}=${first[1]}`;
}
