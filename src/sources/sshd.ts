/**
 * Lines of OpenSSH's server, with or without a syslog head, as shippers and journals send them inside of JSON.
 *
 * The time is the head's, else the surroundings'. A line has no id: it is a hash of the line and of where and when it was
 * logged, as far as the surroundings know; lines alike within one second of one process are one event without that.
 * `message repeated 3 times: [ … ]` is three events.
 */
import { isIP } from "node:net";
import { present } from "./fields.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import type { EventDraft, LineSource, Surroundings } from "./source.ts";
import { type SshMessage, sshMessage } from "./ssh/ssh-message.ts";
import { stableId } from "./stable-id.ts";
import { type SyslogLine, syslogLine } from "./syslog-line.ts";

export function sshd(types: TypeTable): LineSource {
  return {
    name: "sshd",
    recognises: (line) => readLine(line, null) !== null,
    events: (line, around) => drafts(readLine(line, around.time), line, around, types),
  };
}

const programs: ReadonlySet<string> = new Set(["sshd", "sshd-session", "sshd-auth"]);
/** The server cuts its messages at 1 KiB; what is much longer is not its own. */
const maxLength = 8 * 1024;
/** Of one line that stands for many. */
const maxRepeats = 32;

interface Line {
  readonly head: SyslogLine | null;
  readonly text: string;
  /** Null: a message of the server that is not known. */
  readonly said: SshMessage | null;
  readonly repeats: number;
}

/** Telling enough without the server's name before them, as containers log them. */
const bare: ReadonlySet<string> = new Set([
  "failed",
  "accepted",
  "max_attempts",
  "invalid_user",
  "closed_authenticating",
]);

/** Null: not of OpenSSH's server. */
function readLine(line: string, around: number | null): Line | null {
  if (line.length > maxLength) return null;
  const head = syslogLine(line, around);
  if (head !== null && programs.has(head.program)) {
    const { text, repeats } = unfolded(head.message);
    return { head, text, said: sshMessage(text), repeats };
  }
  const said = sshMessage(line);
  if (said?.port === undefined || !bare.has(said.kind)) return null;
  return { head: null, text: line, said, repeats: 1 };
}

/** What rsyslog makes of lines that are alike. */
function unfolded(message: string): { readonly text: string; readonly repeats: number } {
  const match = /^message repeated (\d{1,4}) times: \[ /.exec(message);
  if (match === null || !message.endsWith("]")) return { text: message, repeats: 1 };
  const repeats = Math.min(Math.max(Number(match[1]), 1), maxRepeats);
  return { text: message.slice(match[0].length, -1), repeats };
}

function drafts(
  read: Line | null,
  line: string,
  around: Surroundings,
  types: TypeTable,
): readonly EventDraft[] {
  if (read === null) return [];
  const draft = toDraft(read, line, around, types);
  if (read.repeats === 1) return [draft];
  return Array.from({ length: read.repeats }, (_, index) => ({ ...draft, id: stableId([draft.id, index]) }));
}

function toDraft(
  { head, text, said }: Line,
  line: string,
  around: Surroundings,
  types: TypeTable,
): EventDraft {
  const kind = said?.kind ?? "other";
  const method = said?.method ?? null;
  const found = types.typeOf({
    kind,
    method,
    user: said?.user,
    invalid_user: said?.invalidUser === true ? "true" : "false",
    preauth: said?.preauth === true ? "true" : "false",
  });
  const time = head === null || Number.isNaN(head.time) ? (around.time ?? Number.NaN) : head.time;
  const isAddress = isIP(said?.from ?? "") !== 0;
  return {
    id: stableId([line, around.time, around.container_id, around.enrichment.node ?? null]),
    timestamp: time,
    container_id: around.container_id,
    type: found?.type ?? `sshd.${kind}`,
    severity: found?.severity ?? "info",
    source: "sshd",
    details: present({
      process_name: head?.program ?? "sshd",
      pid: head?.pid,
      user: said?.user,
      invalid_user: said?.invalidUser,
      method,
      src_ip: isAddress ? said?.from : null,
      src_host: isAddress ? null : said?.from,
      src_port: said?.port,
      src_ambiguous: said?.ambiguous,
      public_key: said?.key,
      preauth: said?.preauth,
      message: text,
    }),
    enrichment: present({
      node: head?.host,
      // Who only says a name is not yet somebody.
      user: kind === "accepted" || kind === "session_opened" ? said?.user : null,
    }),
  };
}
