/**
 * What OpenSSH's server says in one message (auth.c, sshd.c, packet.c; releases 6 to 10). The name that a client gives is
 * its own choice and may itself look like the end of a message: the address is read from the last place where one can
 * stand. All by searching, nothing by patterns that could be slow.
 */
import { isIP } from "node:net";
import { portOf } from "../fields.ts";

export interface SshMessage {
  /** A word of mappings/sshd.yml. */
  readonly kind: string;
  readonly user?: string;
  /** The account does not exist, or may not log in. */
  readonly invalidUser?: true;
  readonly method?: string;
  /** IP address, or a name where UseDNS is on. */
  readonly from?: string;
  readonly port?: number;
  /** More than one place of the message could be the address. */
  readonly ambiguous?: true;
  /** Before anybody was authenticated. */
  readonly preauth?: true;
  readonly key?: string;
}

/** Null: nothing that is known. */
export function sshMessage(message: string): SshMessage | null {
  const preauth = message.endsWith(" [preauth]");
  const text = (preauth ? message.slice(0, -" [preauth]".length) : message).replace(/^error: /, "");
  for (const [start, read] of readers) {
    if (!text.startsWith(start)) continue;
    const found = read(text.slice(start.length));
    if (found !== null) return preauth ? { ...found, preauth: true } : found;
  }
  return null;
}

type Reader = (rest: string) => SshMessage | null;

/** By how a message begins; longer beginnings before shorter ones. */
const readers: readonly (readonly [string, Reader])[] = [
  ["Failed ", attempt("failed")],
  ["Accepted ", attempt("accepted")],
  ["Postponed ", attempt("postponed")],
  ["maximum authentication attempts exceeded for ", (rest) => userFrom("max_attempts", rest)],
  ["PAM: ", pam],
  [
    "Invalid user ",
    (rest) => invalid(userFrom("invalid_user", rest) ?? { kind: "invalid_user", user: rest }),
  ],
  ["User ", notAllowed],
  ["ROOT LOGIN REFUSED FROM ", (rest) => refused(rest)],
  ["Connection closed by ", (rest) => closed(rest)],
  ["Connection reset by ", (rest) => closed(rest)],
  ["Disconnected from ", (rest) => closed(rest)],
  ["Disconnecting ", (rest) => closed(rest)],
  ["Received disconnect from ", (rest) => endpoint("disconnect", rest)],
  ["Connection from ", (rest) => endpoint("connection", rest)],
  ["Did not receive identification string from ", (rest) => endpoint("no_identification", rest)],
  ["Bad protocol version identification ", (rest) => lastFrom("bad_identification", rest)],
  ["Unable to negotiate with ", (rest) => endpoint("no_agreement", rest)],
  ["pam_unix(sshd:session): session ", session],
  ["pam_unix(sshd:auth): authentication failure; ", pamFailure],
  ["Server listening on ", (rest) => endpoint("listening", rest)],
];

/** `password for invalid user bob from 203.0.113.9 port 22 ssh2: …` */
function attempt(kind: string): Reader {
  return (rest) => {
    const at = rest.indexOf(" for ");
    if (at <= 0 || at > 60) return null;
    const found = userFrom(kind, rest.slice(at + " for ".length));
    if (found === null) return null;
    const key = kind === "accepted" ? keyOf(rest) : null;
    return { ...found, method: rest.slice(0, at), ...(key === null ? {} : { key }) };
  };
}

/** `… ssh2: ED25519 SHA256:abc` names the key. */
function keyOf(text: string): string | null {
  const at = text.lastIndexOf(" ssh2: ");
  return at < 0 ? null : text.slice(at + " ssh2: ".length);
}

/** `[invalid user ]NAME from ADDRESS port N …` */
function userFrom(kind: string, rest: string): SshMessage | null {
  const place = lastAddress(rest);
  return place === null ? null : { ...named(kind, rest.slice(0, place.at)), ...place.end };
}

function named(kind: string, text: string): SshMessage {
  for (const start of ["invalid user ", "illegal user "]) {
    if (text.startsWith(start)) return invalid(named(kind, text.slice(start.length)));
  }
  return text === "" ? { kind } : { kind, user: text };
}

function invalid(message: SshMessage): SshMessage {
  return { ...message, invalidUser: true };
}

interface Place {
  /** Index of ` from `. */
  readonly at: number;
  readonly end: Pick<SshMessage, "from" | "port" | "ambiguous">;
}

function lastAddress(text: string): Place | null {
  let found: Place | null = null;
  for (let at = text.indexOf(" from "); at >= 0; at = text.indexOf(" from ", at + 1)) {
    const end = addressAt(text, at + " from ".length);
    if (end !== null) found = { at, end: found === null ? end : { ...end, ambiguous: true } };
  }
  return found;
}

/** Longest name of a host, with room for a scope. */
const maxAddress = 300;

/** `203.0.113.9 port 4711`, or the address alone at the end. */
function addressAt(text: string, start: number): Pick<SshMessage, "from" | "port"> | null {
  const blank = text.indexOf(" ", start);
  const end = blank < 0 ? text.length : blank;
  if (end - start > maxAddress || end === start) return null;
  const from = text.slice(start, end).replace(/:$/, "");
  const isAddress = isIP(from) !== 0 || /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(from);
  if (!isAddress) return null;
  if (!text.startsWith(" port ", end)) return blank < 0 && isIP(from) !== 0 ? { from } : null;
  const port = portOf(/^\d{1,5}/.exec(text.slice(end + " port ".length, end + " port ".length + 6))?.[0]);
  return port === null ? null : { from, port };
}

/** `203.0.113.9 port 4711 …` at the beginning. */
function endpoint(kind: string, rest: string): SshMessage | null {
  const end = addressAt(rest, 0);
  return end === null ? null : { kind, ...end };
}

function lastFrom(kind: string, rest: string): SshMessage | null {
  const place = lastAddress(rest);
  return place === null ? null : { kind, ...place.end };
}

/**
 * `authenticating user root 203.0.113.9 port 4711`, `invalid user …`, `user bob …`, or nobody; what was said behind a
 * colon may follow. A connection that somebody closes while authenticating is the only trace of a refused key.
 */
function closed(rest: string): SshMessage | null {
  for (const [start, kind] of [
    ["authenticating user ", "closed_authenticating"],
    ["invalid user ", "closed_authenticating"],
    ["user ", "disconnect"],
  ] as const) {
    if (!rest.startsWith(start)) continue;
    const found = nameThenAddress(kind, rest.slice(start.length));
    if (found === null) return null;
    return start === "invalid user " ? invalid(found) : found;
  }
  return endpoint("disconnect", rest);
}

/** `NAME ADDRESS port N…`: the last ` port ` that an address stands before. */
function nameThenAddress(kind: string, text: string): SshMessage | null {
  for (
    let port = text.lastIndexOf(" port ");
    port >= 0;
    port = port === 0 ? -1 : text.lastIndexOf(" port ", port - 1)
  ) {
    const blank = port === 0 ? -1 : text.lastIndexOf(" ", port - 1);
    if (port - blank > maxAddress) continue;
    const end = addressAt(text, blank + 1);
    if (end !== null) return { ...named(kind, text.slice(0, Math.max(blank, 0))), ...end };
  }
  return null;
}

/** `root from 203.0.113.9 not allowed because …` */
function notAllowed(rest: string): SshMessage | null {
  const because = rest.lastIndexOf(" not allowed because ");
  const from = because < 0 ? -1 : rest.lastIndexOf(" from ", because);
  if (from < 0) return null;
  const host = rest.slice(from + " from ".length, because);
  return { ...invalid(named("not_allowed", rest.slice(0, from))), from: host };
}

function refused(rest: string): SshMessage | null {
  const found =
    endpoint("not_allowed", rest) ?? (isIP(rest) === 0 ? null : { kind: "not_allowed", from: rest });
  return found === null ? null : { ...found, user: "root" };
}

/** `Authentication failure for root from 203.0.113.9`: keyboard-interactive. */
function pam(rest: string): SshMessage | null {
  const at = rest.indexOf(" for ");
  const from = rest.lastIndexOf(" from ");
  if (at < 0 || from < at + " for ".length) return null;
  const user = named("failed", rest.slice(at + " for ".length, from));
  return { ...user, method: "keyboard-interactive/pam", from: rest.slice(from + " from ".length) };
}

/** `opened for user root(uid=0) by (uid=0)` */
function session(rest: string): SshMessage | null {
  const [word, user] = rest.split(" for user ", 2) as [string, string | undefined];
  if (user === undefined || (word !== "opened" && word !== "closed")) return null;
  const end = user.search(/[( ]/);
  return { kind: `session_${word}`, user: end < 0 ? user : user.slice(0, end) };
}

/** `logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root` */
function pamFailure(rest: string): SshMessage {
  const host = wordBehind(rest, " rhost=");
  const user = wordBehind(rest, " user=");
  return { kind: "pam_failure", ...(host === "" ? {} : { from: host }), ...(user === "" ? {} : { user }) };
}

function wordBehind(text: string, key: string): string {
  const at = text.lastIndexOf(key);
  if (at < 0) return "";
  const end = text.indexOf(" ", at + key.length);
  return text.slice(at + key.length, end < 0 ? text.length : end);
}
