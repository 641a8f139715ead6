/**
 * Alerts of Falco, straight from it or through falcosidekick (`types.FalcoPayload`): `rule`, `time`, `output_fields`.
 *
 * The sidekick's uuid is minted anew for each receipt, so the id is a hash of what both ways have in common. All
 * `output_fields` stay under their own dotted keys; what rules ask for most also gets a plain name. Where the fields are
 * left out they are read from `output`. What Falco says of itself comes with its numbers, and once more as
 * `sensor.drops` where it tells of lost events.
 */
import { InvalidMessage } from "../errors.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import type { Severity } from "../events/severity.ts";
import { falcoContext } from "./falco/context.ts";
import { fieldsInOutput } from "./falco/fields-in-output.ts";
import { plainFields } from "./falco/plain-fields.ts";
import { sensorNumbers } from "./falco/sensor-numbers.ts";
import { containerIdOf, textOf, textsOf } from "./fields.ts";
import { firstFields } from "./first-fields.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import { parseTime } from "./parse-time.ts";
import { slug } from "./slug.ts";
import type { EventDraft, Source } from "./source.ts";
import { stableId } from "./stable-id.ts";

export function falco(types: TypeTable): Source {
  return {
    name: "falco",
    keys: ["rule"],
    recognises: (value) =>
      typeof value.rule === "string" &&
      Object.hasOwn(value, "time") &&
      (Object.hasOwn(value, "output_fields") ||
        (typeof value.output === "string" && typeof value.priority === "string")),
    events: (value) => {
      const alert = toDraft(value, types);
      return alert.type === "sensor.metrics" ? [alert, ...lossOf(alert)] : [alert];
    },
  };
}

/** Falco's priorities, as falcosidekick's OCSF output ranks them. */
const severityOf: ReadonlyMap<string, Severity> = new Map([
  ["emergency", "critical"],
  ["alert", "critical"],
  ["critical", "critical"],
  ["error", "high"],
  ["warning", "medium"],
  ["notice", "low"],
  ["informational", "info"],
  ["debug", "info"],
]);

function toDraft(value: JsonMap, types: TypeTable): EventDraft {
  const rule = value.rule as string;
  const time = textOf(value.time) ?? "";
  const output = textOf(value.output) ?? "";
  const priority = textOf(value.priority);
  const hostname = textOf(value.hostname);
  const named = textOf(value.source) ?? "syscall";
  const source = named === "syscalls" ? "syscall" : named;
  // Sidekick's tags have a first one of no letters now and then.
  const tags = textsOf(value.tags);
  const fields = withOutput(readFields(value.output_fields), output, source);
  const plain = source === "internal" ? sensorNumbers(fields) : plainFields(fields);
  return {
    id: stableId([withoutTrailingZeros(time), hostname ?? "", rule, output]),
    timestamp: parseTime(time),
    container_id: containerOf(fields),
    type: types.typeOf({ rule, tag: tags, source })?.type ?? `falco.${slug(rule) || "rule"}`,
    severity: severityOf.get(priority?.toLowerCase() ?? "") ?? "info",
    source: `falco:${source}`,
    // The plain names first, so that they stay where fields are cut; they win.
    details: { ...plain, ...fields, ...plain, rule, tags, priority, output },
    enrichment: falcoContext(fields, hostname),
  };
}

function readFields(fields: JsonValue | undefined): JsonMap {
  if (fields === null || fields === undefined) return {};
  if (typeof fields === "object" && !Array.isArray(fields)) return firstFields(fields as JsonMap);
  throw new InvalidMessage(
    "invalid-field",
    `Cannot read Falco alert: output_fields must be a map: current value is ${JSON.stringify(fields).slice(0, 200)}`,
  );
}

/** The fields; where there are none but those of the event's time, those that `output` prints as well. */
function withOutput(fields: JsonMap, output: string, source: string): JsonMap {
  if (!Object.keys(fields).every((key) => /^evt[._]/.test(key))) return fields;
  const read = fieldsInOutput(output, source);
  return Object.keys(read).length === 0 ? fields : { ...read, ...fields, fields_from_output: true };
}

/** Go re-marshals nine digits of fraction without their zeros; both must hash alike. */
function withoutTrailingZeros(time: string): string {
  if (time.length > 64 || !/[.0]Z$/.test(time)) return time;
  return time.replace(/(\.\d*?)0*Z$/, (_, fraction: string) => (fraction === "." ? "Z" : `${fraction}Z`));
}

function containerOf(fields: JsonMap): string | null {
  return containerIdOf(
    textOf(fields["container.full_id"]) ?? textOf(fields["container.id"]) ?? textOf(fields.container_id),
  );
}

/** Nothing where a snapshot of metrics tells of no loss since the one before. */
function lossOf(snapshot: EventDraft): readonly EventDraft[] {
  const { dropped, dropped_percent, events, rule, output } = snapshot.details;
  if (!(Number(dropped ?? 0) > 0 || (dropped === undefined && Number(dropped_percent ?? 0) > 0))) return [];
  const said = { dropped, dropped_percent, events, rule, output };
  const details = Object.fromEntries(
    Object.entries(said).filter(([, value]) => value !== undefined),
  ) as JsonMap;
  return [
    { ...snapshot, id: stableId([snapshot.id, "drops"]), type: "sensor.drops", severity: "medium", details },
  ];
}
