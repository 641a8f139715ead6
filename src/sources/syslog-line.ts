/**
 * What stands before a message in syslog: `<34>Oct 11 22:14:15 host sshd[123]: …` (RFC 3164),
 * `2026-01-05T10:00:00.123+01:00 host sshd[123]: …` (rsyslog, systemd) and
 * `<34>1 2026-01-05T10:00:00.123Z host sshd 123 - [x@1 a="b"] …` (RFC 5424). Without a time: `sshd[123]: …`.
 *
 * RFC 3164 has neither year nor zone: the year is the one that brings the time closest to the surroundings', the zone UTC.
 */
import { parseTime } from "./parse-time.ts";

export interface SyslogLine {
  /** Epoch milliseconds; NaN: the head has none, or none that can be told. */
  readonly time: number;
  readonly host: string | null;
  readonly program: string;
  readonly pid: number | null;
  readonly message: string;
}

/** `around`: epoch milliseconds, null where nothing is known. Null: the line does not begin like syslog. */
export function syslogLine(line: string, around: number | null): SyslogLine | null {
  const body = withoutPriority(line);
  if (body.startsWith("1 ")) return structured(body);
  const { time, rest } = timeBefore(body, around);
  if (rest === null) return tagged(body, Number.NaN, null);
  const blank = rest.indexOf(" ");
  return blank < 0 ? null : tagged(rest.slice(blank + 1), time, known(rest.slice(0, blank)));
}

function withoutPriority(line: string): string {
  const priority = /^<\d{1,3}>/.exec(line);
  return priority === null ? line.trimStart() : line.slice(priority[0].length);
}

const months = "JanFebMarAprMayJunJulAugSepOctNovDec";

function timeBefore(
  body: string,
  around: number | null,
): { readonly time: number; readonly rest: string | null } {
  const match = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) /.exec(body);
  if (match !== null) {
    const [head, name, day, hour, minute, second] = match as unknown as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const month = months.indexOf(name);
    if (month % 3 !== 0) return { time: Number.NaN, rest: null };
    const clock = [Number(day), Number(hour), Number(minute), Number(second)] as const;
    return { time: closest(month / 3, clock, around), rest: body.slice(head.length) };
  }
  const blank = body.indexOf(" ");
  const time = blank < 0 || blank > 40 ? Number.NaN : parseTime(body.slice(0, blank));
  return Number.isNaN(time) ? { time, rest: null } : { time, rest: body.slice(blank + 1) };
}

type DayAndClock = readonly [day: number, hour: number, minute: number, second: number];

function closest(month: number, clock: DayAndClock, around: number | null): number {
  if (around === null) return Number.NaN;
  const year = new Date(around).getUTCFullYear();
  const times = [year - 1, year, year + 1].map((each) => Date.UTC(each, month, ...clock));
  return times.reduce((best, time) => (Math.abs(time - around) < Math.abs(best - around) ? time : best));
}

/** `sshd[123]: message` */
function tagged(text: string, time: number, host: string | null): SyslogLine | null {
  const colon = text.indexOf(": ");
  if (colon <= 0 || colon > 100) return null;
  const match = /^([^\s[\]:]+)(?:\[(\d{1,10})\])?$/.exec(text.slice(0, colon));
  if (match === null) return null;
  return { time, host, program: match[1]!, pid: numberOf(match[2]), message: text.slice(colon + 2) };
}

/** RFC 5424, behind the priority: version, time, host, program, process, message id, structured data, message. */
function structured(body: string): SyslogLine | null {
  const words = body.split(" ", 6);
  if (words.length < 6) return null;
  const [, time, host, program, process] = words as [string, string, string, string, string];
  const data = words.reduce((length, word) => length + word.length + 1, 0);
  const end = endOfData(body, data);
  if (end < 0) return null;
  const message = body
    .slice(end)
    .trimStart()
    .replace(/^\ufeff/, "");
  return { time: parseTime(time), host: known(host), program, pid: numberOf(process), message };
}

/** Index behind `-` or behind all `[id name="value" …]`; -1: neither. */
function endOfData(body: string, start: number): number {
  if (body[start] === "-") return start + 1;
  let at = start;
  while (body[at] === "[") {
    let quoted = false;
    for (at += 1; at < body.length && (quoted || body[at] !== "]"); at += 1) {
      if (body[at] === "\\") at += 1;
      else if (body[at] === '"') quoted = !quoted;
    }
    at += 1;
  }
  return at === start || at > body.length ? -1 : at;
}

function known(word: string): string | null {
  return word === "-" || word === "" ? null : word;
}

function numberOf(digits: string | undefined): number | null {
  return digits !== undefined && /^\d{1,10}$/.test(digits) ? Number(digits) : null;
}
