/**
 * One record of the Linux audit system as text: `type=SYSCALL msg=audit(1700000000.123:456): key=value …`, also behind
 * `node=` or a syslog head, with the names that auditd's ENRICHED format adds, and as the kernel prints it
 * (`audit: type=1400 audit(…): …`).
 *
 * Values are bare words, quoted, or, where they hold what a quote could not, hexadecimal: those are decoded, as
 * `proctitle`, `a0` of an EXECVE and names of files are attacker-controlled. Of a key that comes twice the first counts:
 * the kernel writes its own before what programs sent. Read by searching, once from left to right.
 */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { syslogLine } from "../syslog-line.ts";
import { recordTypes } from "./audit-names.ts";

/** What the records of one audit event have in common. */
export interface AuditStamp {
  /** Epoch milliseconds. */
  readonly time: number;
  /** `1700000000.123:456` */
  readonly text: string;
  readonly node: string | null;
}

export interface AuditRecord {
  /** `SYSCALL`, `EXECVE`, `USER_AUTH` … */
  readonly type: string;
  /** Under auditd's names, decoded; absent (`(null)`, `?`) ones are left out. */
  readonly fields: JsonMap;
}

export interface AuditHead extends AuditStamp {
  readonly type: string;
  /** Index of what follows. */
  readonly end: number;
  readonly line: string;
}

/** The kernel cuts records at 9 KiB, before hexadecimal and what ENRICHED adds; what is much longer is none. */
const maxLength = 64 * 1024;

/** Null: no audit record. */
export function auditHead(given: string): AuditHead | null {
  if (given.length > maxLength) return null;
  const begun = given.indexOf("audit(");
  if (begun < 0 || begun > 300) return null;
  const { line, host } = withoutSyslog(given);
  const match = /^(?:node=(\S{1,255}) )?type=([A-Z0-9_]{1,40}|UNKNOWN\[\d{1,5}\]) (?:msg=)?audit\(/.exec(
    line,
  );
  if (match === null) return null;
  const [start, node, type] = match as unknown as [string, string | undefined, string];
  const close = line.indexOf(")", start.length);
  const stamp = auditStamp(line.slice(start.length, close), node ?? host);
  if (stamp === null) return null;
  return { ...stamp, type: typeName(type), end: close + 1, line };
}

/** `1700000000.123:456`; null: it is none. */
export function auditStamp(text: string, node: string | null): AuditStamp | null {
  const match = /^(\d{1,11})\.(\d{1,9}):(\d{1,20})$/.exec(text);
  if (match === null) return null;
  return { time: Number(match[1]) * 1000 + Number(match[2]!.slice(0, 3).padEnd(3, "0")), text, node };
}

/** Numbers, as the kernel prints them, become names. */
export function typeName(type: string): string {
  return Object.hasOwn(recordTypes, type) ? recordTypes[type]! : type;
}

/** Only these may pass audit records on: in others' messages such a text is somebody's attempt to forge one. */
const programs: ReadonlySet<string> = new Set(["audispd", "audisp-syslog", "auditd", "audit", "kernel"]);

function withoutSyslog(line: string): { readonly line: string; readonly host: string | null } {
  if (line.startsWith("type=") || line.startsWith("node=")) return { line, host: null };
  const head = syslogLine(line, null);
  if (head !== null && !programs.has(head.program)) return { line, host: null };
  // The kernel puts seconds since its start and a name of its own before it: `[   12.345678] audit: type=…`.
  const message = (head?.message ?? line)
    .replace(/^\[ {0,10}\d{1,10}\.\d{1,9}\] /, "")
    .replace(/^audit: /, "");
  return { line: message, host: head?.host ?? null };
}

/** The rest of a line behind its head. */
export function auditFields(type: string, text: string): JsonMap {
  const fields = new Map<string, JsonValue>();
  readPairs(text.replace(/^:/, ""), type, fields, true);
  return Object.fromEntries(fields) as JsonMap;
}

/** Between a record and what ENRICHED adds to it. */
const added = "\u001d";
/** More than any record has; beyond it nothing is read. */
const maxPairs = 2048;

function readPairs(text: string, type: string, fields: Map<string, JsonValue>, outermost: boolean): void {
  let at = 0;
  for (let pairs = 0; pairs < maxPairs; pairs += 1) {
    const equals = text.indexOf("=", at);
    if (equals < 0) return;
    const before = text.slice(at, equals);
    const key = before.slice(Math.max(before.lastIndexOf(" "), before.lastIndexOf(added)) + 1);
    if (key !== before.trim() && type === "AVC") putDecision(before, fields);
    const { value, quoted, end } = readValue(text, equals + 1);
    at = end;
    const nested = quoted === "{" || (quoted === "'" && key === "msg");
    if (nested && outermost) readPairs(value, type, fields, false);
    else put(fields, type, key, value, quoted !== null);
  }
}

interface Value {
  readonly value: string;
  readonly quoted: '"' | "'" | "{" | null;
  /** Index behind it. */
  readonly end: number;
}

function readValue(text: string, start: number): Value {
  const quote = text[start];
  if (quote === '"') return enclosed(text, start + 1, text.indexOf('"', start + 1), quote);
  if (quote === "'") {
    // A message of a program, which may hold quotes of its own: it ends with the record.
    const stop = text.indexOf(added, start);
    return enclosed(text, start + 1, text.lastIndexOf("'", stop < 0 ? text.length : stop), quote);
  }
  if (quote === "{") return enclosed(text, start + 1, text.indexOf("}", start), quote);
  let end = start;
  while (end < text.length && text[end] !== " " && text[end] !== added) end += 1;
  return { value: text.slice(start, end), quoted: null, end };
}

function enclosed(text: string, start: number, close: number, quoted: NonNullable<Value["quoted"]>): Value {
  const end = close < start ? text.length : close;
  return { value: text.slice(start, end), quoted, end: end + 1 };
}

/** `avc:  denied  { read } for  pid` */
function putDecision(before: string, fields: Map<string, JsonValue>): void {
  const open = before.indexOf("{");
  const close = before.indexOf("}", open);
  if (open < 0 || close < 0) return;
  const words = before.slice(0, open).trim();
  fields.set("seresult", words.slice(words.lastIndexOf(" ") + 1));
  fields.set("seperms", before.slice(open + 1, close).trim());
}

function put(
  fields: Map<string, JsonValue>,
  type: string,
  key: string,
  value: string,
  quoted: boolean,
): void {
  if (key === "" || fields.has(key)) return;
  const decoded = quoted ? value : decodedValue(type, key, value);
  if (decoded !== null) fields.set(key, decoded);
}

/** Kept as they are where they are not hexadecimal. */
const encoded: ReadonlySet<string> = new Set(
  "acct cmd comm cwd data device dir exe file grp key name ocomm path proctitle sw vm watch".split(" "),
);

/** Null: absent. */
export function decodedValue(type: string, key: string, value: string): JsonValue {
  if (value === "(null)" || value === "?" || value === "") return null;
  const isEncoded = encoded.has(key) || (type === "EXECVE" && /^a\d{1,6}(\[\d{1,6}\])?$/.test(key));
  if (!isEncoded || value.length % 2 !== 0 || !/^[0-9A-F]+$/.test(value)) return value;
  const text = Buffer.from(value, "hex").toString("utf8");
  if (key === "proctitle" || key === "cmd") return text.replaceAll("\u0000", " ").trimEnd();
  return key === "key" && text.includes("\u0001") ? text.split("\u0001") : text;
}
