/** What an alert is about, taken from the event that opened it. */
import { compilePath } from "../events/field-path.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import { textOf } from "../events/text.ts";

const named = [
  "container_id",
  "image",
  "pod",
  "namespace",
  "workload",
  "node",
  "cluster",
  "user",
  "process_name",
  "dst_ip",
  "domain",
].map((name) => [name, compilePath(name)] as const);

/** Entity name to value; absent ones are left out. */
export function entitiesOf(event: SecurityEvent): Readonly<Record<string, string>> {
  const entities: Record<string, string> = {};
  for (const [name, path] of named) {
    const value = path(event);
    const text = value === undefined ? undefined : textOf(value);
    if (text !== undefined) entities[name] = text;
  }
  return entities;
}
