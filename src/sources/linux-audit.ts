/**
 * Audit events of Linux as JSON: laurel (`ID`, and a key for each kind of record), go-audit (`sequence`, `timestamp`,
 * `messages` with the records' text) and auditbeat (`auditd.message_type`, `auditd.data`). One event a record, with the
 * types that mappings/auditd.yml gives.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { containerIdOf, isMap, listAt, mapAt, textAt, valueAt, wordAt } from "./fields.ts";
import { auditEvents } from "./linux-audit/audit-events.ts";
import {
  type AuditRecord,
  type AuditStamp,
  auditFields,
  auditStamp,
  decodedValue,
  typeName,
} from "./linux-audit/audit-record.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import type { EventDraft, Source } from "./source.ts";
import { timeOf } from "./time-of.ts";

export function linuxAudit(types: TypeTable): Source {
  const read = (records: readonly AuditRecord[], stamp: AuditStamp): readonly EventDraft[] =>
    auditEvents(records, stamp, "linux_audit", types);
  return {
    name: "linux_audit",
    keys: ["ID", "messages", "auditd"],
    recognises: (value) => isLaurel(value) || isGoAudit(value) || isAuditbeat(value),
    events: (value) => {
      if (isLaurel(value)) return inContainer(value, read(laurelRecords(value), laurelStamp(value)!));
      return isGoAudit(value) ? read(...goAudit(value)) : read(...auditbeat(value));
    },
  };
}

function isLaurel(value: JsonMap): boolean {
  return typeof value.ID === "string" && laurelStamp(value) !== null;
}

function laurelStamp(value: JsonMap): AuditStamp | null {
  return auditStamp(textAt(value, "ID") ?? "", textAt(value, "NODE"));
}

/** What laurel adds to an event and is no record of the kernel's. */
const context: ReadonlySet<string> = new Set(["ID", "NODE", "PARENT_INFO", "CONTAINER_INFO"]);

function laurelRecords(value: JsonMap): readonly AuditRecord[] {
  return Object.entries(value).flatMap(([type, found]) => {
    if (context.has(type)) return [];
    const list = (Array.isArray(found) ? found : [found]) as readonly JsonValue[];
    return list.filter(isMap).map((fields) => ({ type, fields: withCommand(type, fields) }));
  });
}

function withCommand(type: string, fields: JsonMap): JsonMap {
  if (type !== "PROCTITLE" || Object.hasOwn(fields, "proctitle")) return fields;
  const words = listAt(fields, "ARGV").filter((word) => typeof word === "string");
  return { ...fields, proctitle: words.join(" ") };
}

function inContainer(value: JsonMap, drafts: readonly EventDraft[]): readonly EventDraft[] {
  const id = containerIdOf(valueAt(value, "CONTAINER_INFO", "ID"));
  return id === null ? drafts : drafts.map((draft) => ({ ...draft, container_id: id }));
}

function isGoAudit(value: JsonMap): boolean {
  return Array.isArray(value.messages) && goStamp(value) !== null;
}

function goStamp(value: JsonMap): AuditStamp | null {
  return auditStamp(`${wordAt(value, "timestamp")}:${wordAt(value, "sequence")}`, null);
}

function goAudit(value: JsonMap): [readonly AuditRecord[], AuditStamp] {
  const records = listAt(value, "messages")
    .filter(isMap)
    .map((message) => {
      const type = typeName(wordAt(message, "type") ?? "UNKNOWN");
      return { type, fields: auditFields(type, textAt(message, "data") ?? "") };
    });
  return [records, goStamp(value)!];
}

function isAuditbeat(value: JsonMap): boolean {
  const audit = mapAt(value, "auditd");
  return textAt(audit, "message_type") !== null && isMap(audit.data);
}

/** Its names of the process and the account stand outside of the record's data. */
function auditbeat(value: JsonMap): [readonly AuditRecord[], AuditStamp] {
  const audit = mapAt(value, "auditd");
  const process = mapAt(value, "process");
  const type = textAt(audit, "message_type")!.toUpperCase();
  const fields: Record<string, JsonValue> = { ...mapAt(audit, "data") };
  const syscall = textAt(fields, "syscall");
  if (syscall !== null) fields.SYSCALL = syscall;
  const add = (key: string, found: JsonValue): void => {
    if (found !== null && !Object.hasOwn(fields, key)) fields[key] = decodedValue("", key, String(found));
  };
  const result = textAt(audit, "result");
  add(type === "SYSCALL" ? "success" : "res", type === "SYSCALL" ? successOf(result) : result);
  add("exe", textAt(process, "executable"));
  add("comm", textAt(process, "name"));
  add("pid", wordAt(process, "pid"));
  add("ppid", wordAt(mapAt(process, "parent"), "pid"));
  add("addr", textAt(mapAt(value, "source"), "ip"));
  const words = listAt(process, "args").filter((word) => typeof word === "string");
  if (words.length > 0) fields.proctitle = words.join(" ");
  const node = textAt(mapAt(value, "host"), "name") ?? textAt(mapAt(value, "host"), "hostname");
  const text = `${textAt(value, "@timestamp")}:${wordAt(audit, "sequence")}`;
  return [[{ type, fields }], { time: timeOf(value["@timestamp"]), text, node }];
}

function successOf(result: string | null): string | null {
  if (result === null) return null;
  return result === "success" ? "yes" : "no";
}
