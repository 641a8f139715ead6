/**
 * Fields that are left only in an alert's `output`: `… | file=/etc/shadow process=cat container_id=5892b41bcf46`, or in
 * round brackets as older rules print them. The names are those of falcosecurity/rules.
 *
 * Values are not quoted, and some (command lines, paths) are the attacker's. So what Falco appends last (container and
 * pod) is taken from the last place that names it, all else from the first; nothing but a known name ends a command
 * line, and other values end at a space.
 */
import type { JsonMap } from "../../events/security-event.ts";

/** Name in `output` → field. */
const ofSyscalls: ReadonlyMap<string, string> = new Map(
  Object.entries({
    args: "proc.args",
    child: "proc.name",
    cmdline: "proc.cmdline",
    command: "proc.cmdline",
    connection: "fd.name",
    container: "container.id",
    container_id: "container.id",
    container_image: "container.image",
    container_image_repository: "container.image.repository",
    container_image_tag: "container.image.tag",
    container_name: "container.name",
    evt_res: "evt.res",
    evt_type: "evt.type",
    fd_proto: "fd.l4proto",
    fd_type: "fd.type",
    file: "fd.name",
    ggparent: "proc.aname[3]",
    gggparent: "proc.aname[4]",
    gparent: "proc.aname[2]",
    image: "container.image.repository",
    "k8s.ns": "k8s.ns.name",
    "k8s.pod": "k8s.pod.name",
    k8s_ns: "k8s.ns.name",
    k8s_ns_name: "k8s.ns.name",
    k8s_pod: "k8s.pod.name",
    k8s_pod_name: "k8s.pod.name",
    lport: "fd.lport",
    name: "proc.name",
    parent: "proc.pname",
    parent_exepath: "proc.pexepath",
    pcmdline: "proc.pcmdline",
    pname: "proc.pname",
    proc_cwd: "proc.cwd",
    proc_exepath: "proc.exepath",
    proc_pcmdline: "proc.pcmdline",
    process: "proc.name",
    rport: "fd.rport",
    server_ip: "fd.sip",
    server_port: "fd.sport",
    shell: "proc.name",
    terminal: "proc.tty",
    tty: "proc.tty",
    user: "user.name",
    user_loginuid: "user.loginuid",
    user_uid: "user.uid",
  }),
);

const ofAudit: ReadonlyMap<string, string> = new Map(
  Object.entries({
    action: "ka.target.subresource",
    command: "ka.uri.param[command]",
    decision: "ka.auth.decision",
    namespace: "ka.target.namespace",
    ns: "ka.target.namespace",
    pod: "ka.target.name",
    reason: "ka.auth.reason",
    resource: "ka.target.resource",
    resp: "ka.response.code",
    role: "ka.target.name",
    secret: "ka.target.name",
    uri: "ka.uri",
    user: "ka.user.name",
    verb: "ka.verb",
  }),
);

/** Values that may hold spaces. */
const wordy = new Set([
  "fd.name",
  "ka.uri.param[command]",
  "proc.args",
  "proc.cmdline",
  "proc.cwd",
  "proc.exepath",
  "proc.name",
  "proc.pcmdline",
  "proc.pexepath",
  "proc.pname",
]);

const maxName = 32;
/** What is longer loses its middle: the fields lie at both ends. */
const maxLength = 16 * 1024;

interface Place {
  readonly field: string;
  readonly from: number;
  /** Where its value begins. */
  readonly value: number;
}

export function fieldsInOutput(text: string, source: string): JsonMap {
  const output =
    text.length <= maxLength ? text : `${text.slice(0, maxLength / 2)} ${text.slice(-maxLength / 2)}`;
  const fields: Record<string, string> = {};
  const places = placesIn(output, source === "k8s_audit" ? ofAudit : ofSyscalls);
  for (const [index, { field, value }] of places.entries()) {
    const appended = /^(container|k8s)\./.test(field);
    if (!appended && Object.hasOwn(fields, field)) continue;
    const said = output.slice(value, places[index + 1]?.from ?? output.length).trim();
    const end = wordy.has(field) ? -1 : said.indexOf(" ");
    fields[field] = withoutBracket(end < 0 ? said : said.slice(0, end));
  }
  return fields;
}

/** The known names that stand before a `=`, each after a space or a bracket, from where the fields begin. */
function placesIn(output: string, names: ReadonlyMap<string, string>): readonly Place[] {
  const bar = output.indexOf(" | ");
  const start = bar >= 0 ? bar + 3 : Math.max(0, output.indexOf("("));
  const places: Place[] = [];
  for (let at = output.indexOf("=", start); at >= 0; at = output.indexOf("=", at + 1)) {
    let from = at;
    while (from > start && at - from <= maxName && /[a-z0-9_.]/.test(output[from - 1] ?? "")) from--;
    const field = names.get(output.slice(from, at));
    if (field !== undefined && (from === start || /[\s(]/.test(output[from - 1] ?? ""))) {
      places.push({ field, from, value: at + 1 });
    }
  }
  return places;
}

/** The last value in round brackets ends with theirs. */
function withoutBracket(value: string): string {
  return value.endsWith(")") && value.split(")").length > value.split("(").length
    ? value.slice(0, -1)
    : value;
}
