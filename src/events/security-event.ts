/**
 * The event every part of Corral agrees on: one thing that happened to one container (or pod, node, user) at one
 * instant of event time. Frozen plain data once it has left its source.
 */
import type { Severity } from "./severity.ts";

/** What JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: JsonValue;
}

/** Where an event came from: one raw record, and its place inside that record where it held several events. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Place within the raw record, from 0. */
  readonly index: number;
  /** Append time that the broker gave the raw record, epoch milliseconds. */
  readonly broker_time: number;
}

export interface SecurityEvent {
  /** Stable across re-delivery of the same event. */
  readonly id: string;
  /** Event time, integer, epoch milliseconds. */
  readonly timestamp: number;
  readonly container_id?: string | null;
  /** Open-ended, e.g. `privilege_escalation`, `falco.terminal_shell_in_container`. */
  readonly type: string;
  readonly severity: Severity;
  /** Producer, e.g. `falco:syscall`. */
  readonly source: string;
  /** What the producer said. */
  readonly details: JsonMap;
  /** What Corral added: cluster, namespace, pod, node, image, user … */
  readonly enrichment: JsonMap;
  /** Absent for events read from files. */
  readonly origin?: Origin | null;
}
