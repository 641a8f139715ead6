/** What both generations of Tracee's JSON say of an event → the event. */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import type { Severity } from "../../events/severity.ts";
import { present, textOf } from "../fields.ts";
import type { TypeTable } from "../mapping/type-table.ts";
import { baseName } from "../plain-names/process-names.ts";
import { withPlainNames } from "../plain-names/with-plain-names.ts";
import { slug } from "../slug.ts";
import type { EventDraft } from "../source.ts";
import { stableId } from "../stable-id.ts";
import { plainArgs } from "./args.ts";

export interface TraceeProcess {
  /** Of the thread: 15 letters at most. */
  readonly name: string | null;
  readonly exe: string | null;
  /** As the node counts. */
  readonly pid: number | null;
}

export interface TraceeEvent {
  /** What no two events have in common. */
  readonly identity: JsonValue;
  /** Epoch milliseconds; NaN: none that can be read. */
  readonly timestamp: number;
  readonly name: string;
  readonly args: JsonMap;
  /** Arguments of the event that a detection was made from. */
  readonly triggeredBy: JsonMap;
  readonly process: TraceeProcess & {
    readonly uid: number | null;
    /** Its parent first. */
    readonly parents: readonly TraceeProcess[];
    readonly syscall: string | null;
  };
  readonly returnValue: number | null;
  readonly detection: {
    readonly id: string | null;
    readonly name: string | null;
    readonly description: string | null;
    readonly severity: string | null;
    readonly tactic: string | null;
    readonly technique: string | null;
  } | null;
  readonly policies: readonly string[];
  readonly container: string | null;
  readonly context: Readonly<Record<string, JsonValue>>;
  /** The whole of it, arguments by name, under Tracee's own names. */
  readonly said: JsonMap;
}

/** 0 to 3 in the releases; main adds 4. Protobuf's names are theirs. */
const severityOf: ReadonlyMap<string, Severity> = new Map([
  ["0", "info"],
  ["1", "low"],
  ["2", "medium"],
  ["3", "high"],
  ["4", "critical"],
  ["INFO", "info"],
  ["LOW", "low"],
  ["MEDIUM", "medium"],
  ["HIGH", "high"],
  ["CRITICAL", "critical"],
]);

export function traceeDraft(event: TraceeEvent, types: TypeTable): EventDraft {
  const { name, detection, process } = event;
  const plain: JsonMap = {
    ...plainProcess(event),
    ...plainArgs({ ...event.triggeredBy, ...event.args }, name),
    ...present({
      syscall: process.syscall,
      return_value: event.returnValue,
      rule: detection === null ? null : name,
      message: detection?.description,
      mitre_tactic: detection?.tactic,
      mitre_technique: detection?.technique,
      policy: event.policies,
    }),
  };
  const found = types.typeOf({
    event: name,
    signature: detection?.id,
    signature_name: detection?.name,
    technique: detection?.technique,
    policy: event.policies,
    syscall: process.syscall,
    process: process.name,
    file: textOf(plain.file),
    access: textOf(plain.access),
    direction: textOf(plain.direction),
  });
  return {
    id: stableId(event.identity),
    timestamp: event.timestamp,
    container_id: event.container,
    type: found?.type ?? `tracee.${slug(name) || "event"}`,
    severity: severityOf.get(detection?.severity ?? "") ?? found?.severity ?? "info",
    source: "tracee",
    details: withPlainNames(event.said, plain),
    enrichment: present({ ...event.context, user: process.uid === null ? null : String(process.uid) }),
  };
}

function plainProcess({ process }: TraceeEvent): JsonMap {
  const [parent] = process.parents;
  return present({
    process_name: process.name ?? baseName(process.exe),
    exe: process.exe,
    pid: process.pid,
    uid: process.uid,
    parent_process_name: parent?.name ?? baseName(parent?.exe ?? null),
    parent_exe: parent?.exe,
    parent_pid: parent?.pid,
    ancestors: process.parents.flatMap(({ name, exe }) => name ?? baseName(exe) ?? []),
  });
}
