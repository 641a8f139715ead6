/** Alerts and actions between the state and their topics: how they stand in the outbox, and how they are sent. */
import type { Action } from "../actions/action.ts";
import type { Alert } from "../alerts/alert.ts";
import type { OutboxRecord } from "../state/store.ts";
import type { OutgoingRecord } from "../transport/log.ts";

export type Emission =
  | { readonly kind: "alert"; readonly record: Alert }
  | { readonly kind: "action"; readonly record: Action };

export interface EmissionTargets {
  readonly alerts: string;
  readonly actions: string;
  readonly encodeAlert: (alert: Alert) => Buffer;
  readonly encodeAction: (action: Action) => Buffer;
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
  const { record } = emission;
  return { topic: targets.actions, key: targetKey(record), value: targets.encodeAction(record) };
}

/** `container=3f2a…`: actions on one target stay in order. */
function targetKey({ target }: Action): string {
  const [first] = Object.entries(target);
  return first === undefined ? "*" : `${first[0]}=${first[1]}`;
}
