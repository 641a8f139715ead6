/**
 * Records of the Linux audit system → events, one a record, with auditd's own names in `details` (`type` there is the
 * record's, for `type` of an event is Corral's).
 *
 * Where the records of one audit event come together (JSON), each also has what only its fellows say: the process of the
 * SYSCALL, the arguments of the EXECVE. As lines they come one by one, and what a record does not say stays unsaid.
 */
import { isIP } from "node:net";
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { portOf, present, textAt, wholeNumberOf, wordAt } from "../fields.ts";
import type { Facts, TypeTable } from "../mapping/type-table.ts";
import { processNames } from "../plain-names/process-names.ts";
import { withPlainNames } from "../plain-names/with-plain-names.ts";
import { slug } from "../slug.ts";
import type { EventDraft } from "../source.ts";
import { stableId } from "../stable-id.ts";
import { syscallName } from "./audit-names.ts";
import type { AuditRecord, AuditStamp } from "./audit-record.ts";

/** `source`: `auditd` for its own lines, `linux_audit` for others' JSON. */
export function auditEvents(
  records: readonly AuditRecord[],
  stamp: AuditStamp,
  source: "auditd" | "linux_audit",
  types: TypeTable,
): readonly EventDraft[] {
  const told = records.filter(({ type }) => type !== "EOE");
  const cut = Math.max(told.length - maxRecords, 0);
  const call = records.find(({ type }) => type === "SYSCALL")?.fields ?? {};
  const command = records.map(commandOf).find((line) => line !== null) ?? null;
  return told.slice(0, maxRecords).map((record, index) => {
    const draft = toDraft(record, { call, command }, stamp, source, types);
    if (cut === 0 || index > 0) return draft;
    return { ...draft, details: { ...draft.details, records_cut: cut } };
  });
}

/** Of one audit event: it has some ten. How many more there were is said in the first as `records_cut`. */
const maxRecords = 256;

interface Fellows {
  readonly call: JsonMap;
  readonly command: string | null;
}

function toDraft(
  { type, fields }: AuditRecord,
  { call, command }: Fellows,
  stamp: AuditStamp,
  source: string,
  types: TypeTable,
): EventDraft {
  const own = { ...call, ...fields };
  const facts = factsOf(type, fields);
  const found = types.typeOf(facts);
  const user = type.startsWith("USER_") || type.startsWith("CRED_");
  const plain: JsonMap = {
    ...processNames({
      name: textAt(own, "comm"),
      binary: textAt(own, "exe"),
      cmdline: command,
      pid: wholeNumberOf(own.pid),
      parentPid: wholeNumberOf(own.ppid),
    }),
    ...present({
      syscall_name: facts.syscall as string | null,
      user: textAt(fields, "acct"),
      src_ip: user ? addressOf(textAt(fields, "addr")) : null,
      file: type === "PATH" ? textAt(fields, "name") : null,
    }),
    ...farEnd(fields),
  };
  return {
    id: stableId([stamp.node, stamp.text, type, fields]),
    timestamp: stamp.time,
    container_id: null,
    type: found?.type ?? `auditd.${slug(type)}`,
    severity: found?.severity ?? "info",
    source,
    details: { ...withPlainNames(fields, plain), type, audit_id: stamp.text },
    enrichment: present({
      node: stamp.node,
      user: user
        ? facts.res === "success"
          ? textAt(fields, "acct")
          : null
        : (textAt(own, "UID") ?? wordAt(own, "uid")),
    }),
  };
}

function factsOf(type: string, fields: JsonMap): Facts & { readonly res: string | null } {
  const syscall = wordAt(fields, "syscall");
  const named = textAt(fields, "SYSCALL");
  const key = fields.key;
  return {
    record: type,
    syscall:
      named ?? (syscall === null ? null : (syscallName(wordAt(fields, "arch") ?? "", syscall) ?? syscall)),
    success: wordAt(fields, "success"),
    res: outcomeOf(wordAt(fields, "res") ?? wordAt(fields, "result")),
    op: textAt(fields, "op"),
    exe: textAt(fields, "exe"),
    file: textAt(fields, "name"),
    key: Array.isArray(key) ? (key as readonly JsonValue[]).map(String) : wordAt(fields, "key"),
    audit_enabled: wordAt(fields, "audit_enabled"),
  };
}

/** The kernel writes 1 and 0, programs words. */
function outcomeOf(res: string | null): string | null {
  if (res === "1" || res === "success") return "success";
  return res === "0" || res === "failed" || res === "fail" ? "failed" : res;
}

/** What was called: of an EXECVE, sudo's USER_CMD or a PROCTITLE. */
function commandOf({ type, fields }: AuditRecord): string | null {
  if (type === "EXECVE") return argumentsOf(fields).join(" ") || null;
  return type === "USER_CMD" ? textAt(fields, "cmd") : textAt(fields, "proctitle");
}

/** `a0`, `a1` …; long ones come in parts, `a1[0]`, `a1[1]` … Laurel has them as a list. */
function argumentsOf(fields: JsonMap): readonly string[] {
  if (Array.isArray(fields.ARGV)) return (fields.ARGV as readonly JsonValue[]).map(String);
  const texts: string[] = [];
  for (let index = 0; ; index += 1) {
    const whole = wordAt(fields, `a${index}`) ?? partsOf(fields, index);
    if (whole === null) return texts;
    texts.push(whole);
  }
}

function partsOf(fields: JsonMap, index: number): string | null {
  const parts: string[] = [];
  for (let part = 0; ; part += 1) {
    const text = wordAt(fields, `a${index}[${part}]`);
    if (text === null) return parts.length === 0 ? null : parts.join("");
    parts.push(text);
  }
}

function addressOf(text: string | null): string | null {
  return text !== null && isIP(text) !== 0 ? text : null;
}

/** A SOCKADDR's other end: named by ENRICHED (`laddr`, `lport`), else in the bytes of `struct sockaddr`. */
function farEnd(fields: JsonMap): JsonMap {
  const named = addressOf(textAt(fields, "laddr"));
  if (named !== null) return present({ dst_ip: named, dst_port: portOf(fields.lport) });
  const saddr = textAt(fields, "saddr");
  if (saddr === null || saddr.length < 16 || !/^[0-9A-Fa-f]{16,512}$/.test(saddr)) return {};
  const bytes = Buffer.from(saddr, "hex");
  const family = bytes.readUInt16LE(0);
  const port = bytes.readUInt16BE(2);
  if (family === 2) return { dst_ip: bytes.subarray(4, 8).join("."), dst_port: port };
  if (family !== 10 || bytes.length < 24) return {};
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(8 + index * 2).toString(16));
  return { dst_ip: new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1), dst_port: port };
}
