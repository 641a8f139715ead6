/** What is left in an alerts topic when all is said: one line an alert, read record by record. */
import type { Alert } from "../../src/alerts/alert.ts";
import type { KafkaLog } from "../../src/transport/kafka/kafka-log.ts";
import { readTopic } from "./read-topic.ts";

export interface AlertFacts {
  readonly rule: string;
  readonly group: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly openedAt: number;
  readonly closed: boolean;
  readonly count: number;
}

interface Last {
  readonly revision: number;
  /** Null: it has become part of another. */
  readonly line: string | null;
}

/** What must be the same whoever judges: rule, group, opening, closed, number of events. */
export function alertLine({ rule, group, openedAt, closed, count }: AlertFacts): string {
  const values = Object.entries(group).map(([key, value]) => `${key}=${value}`);
  return `${rule} ${values.join("&")} opened ${openedAt}, ${closed ? "closed" : "open"}, ${count} events`;
}

/** Rule id of a line. */
export function ruleOf(line: string): string {
  return line.slice(0, line.indexOf(" "));
}

/** Rule, group and opening of a line. */
export function openingOf(line: string): string {
  return line.slice(0, line.lastIndexOf(", ", line.lastIndexOf(", ") - 1));
}

/** Number of events of a line. */
export function countOf(line: string): number {
  return Number(/(\d+) events$/.exec(line)![1]);
}

/** Sorted; of each alert its highest revision. `decode`: where the records are not JSON. */
export async function finalAlertLines(
  log: KafkaLog,
  topic: string,
  decode: (value: Buffer) => Promise<Alert> = ofJson,
): Promise<readonly string[]> {
  const last = new Map<string, Last>();
  for await (const { value } of readTopic(log, topic)) {
    const alert = await decode(value!);
    const known = last.get(alert.id);
    if (known !== undefined && known.revision >= alert.revision) continue;
    last.set(alert.id, { revision: alert.revision, line: lineOf(alert) });
  }
  return [...last.values()].flatMap(({ line }) => (line === null ? [] : [line])).sort();
}

async function ofJson(value: Buffer): Promise<Alert> {
  return JSON.parse(value.toString()) as Alert;
}

function lineOf(alert: Alert): string | null {
  if (alert.merged_into !== null) return null;
  const { rule, group, opened_at, status, event_count } = alert;
  return alertLine({
    rule: rule.id,
    group,
    openedAt: opened_at,
    closed: status === "closed",
    count: event_count,
  });
}
