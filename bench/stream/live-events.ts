/**
 * Events of a steady rate: attacks that each make one alert, amid events of which a rule can use some and never enough. An
 * event's time is the moment at which it is to be sent.
 */
import type { SecurityEvent } from "../../src/events/security-event.ts";

export interface LiveStretch {
  /** Before ids and the containers that are attacked. */
  readonly name: string;
  /** Epoch milliseconds. */
  readonly began: number;
  /** Events a second. */
  readonly rate: number;
}

/** These of one container, in this order, make a container escape. */
const attack = ["privilege_escalation", "sensitive_file_access", "capability_added", "namespace_change"];
/** An attack's events are so many events apart. */
const stepEvery = 50;
/** One in so many begins an attack; with the quarter that is `privilege_escalation` alone some 25 % are of use. */
const attackEvery = 400;
const padding = "x".repeat(180);

/** The event number `made` of the stretch, from 0. */
export function liveEvent({ name, began, rate }: LiveStretch, made: number): SecurityEvent {
  const [container, type] = partOf(name, made);
  return {
    id: `${name}-${made}`,
    timestamp: began + Math.floor((made * 1_000) / rate),
    container_id: container,
    type,
    severity: "low",
    source: "bench",
    details: { command_line: padding },
    enrichment: {},
  };
}

/** As a producer writes it; by hand, since sender and engine share the machine. */
export function liveRecord({ id, timestamp, container_id, type }: SecurityEvent): Buffer {
  return Buffer.from(
    `{"id":"${id}","timestamp":${timestamp},"container_id":"${container_id}","type":"${type}","severity":"low","source":"bench","details":{"command_line":"${padding}"}}`,
  );
}

function partOf(name: string, made: number): readonly [container: string, type: string] {
  for (const [step, type] of attack.entries()) {
    const first = made - step * stepEvery;
    if (first >= 0 && first % attackEvery === 0) return [`${name}-${first}`, type];
  }
  const type = made % 4 === 1 ? "privilege_escalation" : `quiet_${made % 20}`;
  return [`b${(made % 2_000).toString(16).padStart(11, "0")}`, type];
}
