/** Plain names for fields of Falco (falco.org/docs/reference/rules/supported-fields), of system calls and of plugins. */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { integerOf, listOf, oneOrMany, portOf, present, textOf, textsOf, userIdOf } from "../fields.ts";

/** A field by its name in Falco's documentation. */
export type FalcoField = (name: string) => JsonValue | undefined;

/**
 * Fields by their own keys, or with `_` for their dots, as some pipelines write them. No object has such names of itself, so
 * whether a key is the map's own need not be asked; there are seventy for every alert.
 */
export function falcoFields(fields: JsonMap): FalcoField {
  for (const key in fields) {
    if (!key.includes(".") && key.includes("_")) return (name) => fields[name] ?? fields[flatNameOf(name)];
  }
  return (name) => fields[name];
}

/** As many as the names that this file and its neighbours ask for. */
const flatNames = new Map<string, string>();

function flatNameOf(name: string): string {
  const known = flatNames.get(name);
  if (known !== undefined) return known;
  const flat = name.replaceAll(".", "_");
  flatNames.set(name, flat);
  return flat;
}

export function plainFields(fields: JsonMap): JsonMap {
  const field = falcoFields(fields);
  const text = (name: string) => textOf(field(name));
  const ancestors = ancestorsOf(fields, field);
  const names = text("fd.name");
  const ends = names === null ? null : endsOf(names);
  return present({
    process_name: text("proc.name"),
    exe: text("proc.exepath"),
    command_line: text("proc.cmdline"),
    process_args: text("proc.args"),
    cwd: text("proc.cwd"),
    pid: integerOf(field("proc.pid")),
    tty: integerOf(field("proc.tty")) || null,
    parent_process_name: text("proc.pname"),
    parent_exe: text("proc.pexepath"),
    parent_command_line: text("proc.pcmdline"),
    parent_pid: integerOf(field("proc.ppid")),
    ancestors,
    uid: userIdOf(field("user.uid")),
    loginuid: userIdOf(field("user.loginuid")),
    syscall: text("evt.type"),
    src_ip: text("fd.lip") ?? text("fd.cip") ?? ends?.near.ip ?? callerOf(field),
    src_port: portOf(field("fd.lport")) ?? portOf(field("fd.cport")) ?? ends?.near.port,
    dst_ip: text("fd.rip") ?? text("fd.sip") ?? ends?.far.ip,
    dst_port: portOf(field("fd.rport")) ?? portOf(field("fd.sport")) ?? ends?.far.port,
    protocol: text("fd.l4proto"),
    domain: oneOrMany([text("fd.rip.name"), text("fd.sip.name")].filter((name) => name !== null)),
    file: ends === null ? (names ?? pathOf(field)) : null,
    ...(isAudit(fields) ? plainAudit(fields, field) : noFields),
  });
}

const noFields: JsonMap = {};

/** Whether a plugin for audit logs wrote them: Kubernetes', Google's or Amazon's. */
function isAudit(fields: JsonMap): boolean {
  for (const key in fields) {
    if (key.startsWith("ka") || key.startsWith("gcp") || key.startsWith("ct")) return true;
  }
  return false;
}

function plainAudit(fields: JsonMap, field: FalcoField): JsonMap {
  const text = (name: string) => textOf(field(name));
  return {
    verb: text("ka.verb"),
    resource: text("ka.target.resource"),
    subresource: text("ka.target.subresource"),
    response_code: integerOf(field("ka.response.code")),
    request_uri: text("ka.uri"),
    user_agent: text("ka.useragent") ?? text("gcp.userAgent") ?? text("ct.useragent"),
    command: commandOf(fields),
  };
}

/** Names of those above the process, its parent first: `proc.aname[2]`, or what falcosidekick's bracketreplacer makes of it. */
function ancestorsOf(fields: JsonMap, field: FalcoField): readonly string[] {
  const above: (string | null)[] = [textOf(field("proc.pname"))];
  for (const key in fields) {
    if (!key.startsWith("proc.aname") && !key.startsWith("proc_aname")) continue;
    const level = /^[^0-9]{0,8}([1-9])[^0-9]{0,8}$/.exec(key.slice("proc.aname".length))?.[1];
    if (level !== undefined) above[Number(level) - 1] ??= textOf(fields[key]);
  }
  const names: string[] = [];
  // Levels may be missing in between.
  for (let level = 0; level < above.length; level += 1) {
    const name = above[level];
    if (name != null) names.push(name);
  }
  return names;
}

/** `ka.uri.param[command]`, with whatever stands for the brackets. */
function commandOf(fields: JsonMap): string | null {
  const key = Object.keys(fields).find((each) =>
    /^ka[._]uri[._]param[^a-z]{1,8}command[^a-z]{0,8}$/.test(each),
  );
  return key === undefined ? null : textOf(fields[key]);
}

const paths = ["fs.path.name", "evt.arg.filename", "evt.arg.path", "evt.arg.pathname", "evt.arg.name"];

function pathOf(field: FalcoField): string | null {
  return paths.map((name) => textOf(field(name))).find((path) => path?.startsWith("/")) ?? null;
}

/** Who called an API: of the addresses in `ka.sourceips` only the last is not the client's own word. */
function callerOf(field: FalcoField): string | null {
  const ips = field("ka.sourceips");
  const last = typeof ips === "string" ? ips.split(",").at(-1)?.trim() : textsOf(listOf(ips)).at(-1);
  return textOf(last) ?? textOf(field("gcp.callerIP")) ?? textOf(field("ct.srcip"));
}

interface End {
  readonly ip: string;
  readonly port: number | null;
}

/** `172.17.0.9:43812->10.96.0.1:443` names a connection, the far end on the right; null: it names a file. */
function endsOf(name: string): { readonly near: End; readonly far: End } | null {
  const arrow = name.lastIndexOf("->");
  if (arrow < 0) return null;
  const near = endOf(name.slice(0, arrow));
  const far = endOf(name.slice(arrow + 2));
  return near === null || far === null ? null : { near, far };
}

function endOf(text: string): End | null {
  const colon = text.lastIndexOf(":");
  if (colon < 0) return null;
  const ip = text.slice(0, colon).replace(/^\[|\]$/g, "");
  return ip === "" ? null : { ip, port: portOf(text.slice(colon + 1)) };
}
