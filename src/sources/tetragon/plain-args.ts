/**
 * Plain names for Tetragon's typed arguments (`KprobeArgument`, tetragon.proto): each is a map with one key that names
 * its type, and maybe a label. Of several that give the same name the first counts. Types that say nothing without the
 * function's own documentation (int_arg, size_arg, bytes_arg …) stay in `args`, where rules find them.
 */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { integerOf, mapOf, mapsOf, portOf, present, textOf, textsOf } from "../fields.ts";

/** A policy names five at most; the rest stays unread. */
export const maxArgs = 16;

type Fields = Readonly<Record<string, JsonValue | undefined>>;

/** `hook`: the function, as it decides which end an address is, and what its integers mean. */
export function plainArgs(event: JsonMap, hook: string): JsonMap {
  const args = [...mapsOf(event.args).slice(0, maxArgs), ...mapsOf(event.data).slice(0, maxArgs)];
  const named: Record<string, JsonValue> = {};
  for (const arg of args) {
    for (const [type, value] of Object.entries(arg)) {
      const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
      const fields = read === undefined ? {} : present(read(value, hook));
      for (const [name, field] of Object.entries(fields)) named[name] ??= field;
    }
  }
  return { ...named, ...ofIntegers(args, hook), ...present({ return_value: returned(event) }) };
}

const readers: Readonly<Record<string, (value: JsonValue, hook: string) => Fields>> = {
  file_arg: path,
  path_arg: path,
  linux_binprm_arg: path,
  sockaddrun_arg: path,
  sock_arg: connection,
  skb_arg: connection,
  sockaddr_arg: (value, hook) => {
    const { addr, port } = mapOf(value);
    return /bind|listen/.test(hook)
      ? { src_ip: textOf(addr), src_port: portOf(port) }
      : { dst_ip: textOf(addr), dst_port: portOf(port) };
  },
  string_arg: (value, hook) => {
    const text = textOf(value);
    return /module_request|init_module/.test(hook)
      ? { module: text }
      : { file: text?.startsWith("/") ? text : null };
  },
  capability_arg: (value) => ({ capability: textOf(mapOf(value).name) }),
  cred_arg: (value) => ({ capabilities: textsOf(mapOf(value).effective) }),
  process_credentials_arg: (value) => {
    const { uid, euid, gid, egid, caps } = mapOf(value);
    return {
      new_uid: integerOf(uid),
      new_euid: integerOf(euid),
      new_gid: integerOf(gid),
      new_egid: integerOf(egid),
      capabilities: textsOf(mapOf(caps).effective),
    };
  },
  user_ns_arg: userNamespace,
  user_namespace_arg: userNamespace,
  module_arg: (value) => {
    const { name, signature_ok, tainted } = mapOf(value);
    return {
      module: textOf(name),
      module_signed: typeof signature_ok === "boolean" ? signature_ok : null,
      module_taints: textsOf(tainted),
    };
  },
  bpf_attr_arg: bpfProgram,
  bpf_prog_arg: bpfProgram,
  bpf_map_arg: (value) => ({
    bpf_map: textOf(mapOf(value).MapName),
    bpf_map_type: textOf(mapOf(value).MapType),
  }),
  bpf_cmd_arg: (value) => ({ bpf_command: textOf(value) }),
  perf_event_arg: (value) => ({ probed_function: textOf(mapOf(value).KprobeFunc) }),
  net_dev_arg: (value) => ({ network_device: textOf(mapOf(value).name) }),
  kernel_cap_t_arg: (value) => ({ capabilities_hex: textOf(value) }),
  cap_effective_arg: (value) => ({ capabilities_hex: textOf(value) }),
  error_arg: (value) => ({ argument_error: textOf(mapOf(value).Message) }),
};

function path(value: JsonValue): Fields {
  return { file: textOf(mapOf(value).path), file_permission: textOf(mapOf(value).permission) };
}

function connection(value: JsonValue): Fields {
  const { saddr, sport, daddr, dport, protocol, family } = mapOf(value);
  return {
    src_ip: textOf(saddr),
    src_port: portOf(sport),
    dst_ip: textOf(daddr),
    dst_port: portOf(dport),
    protocol: textOf(protocol),
    address_family: textOf(family),
  };
}

function userNamespace(value: JsonValue): Fields {
  const { level, ns } = mapOf(value);
  const isHost = mapOf(ns).is_host;
  return {
    user_namespace_level: integerOf(level),
    user_namespace_is_host: typeof isHost === "boolean" ? isHost : null,
  };
}

function bpfProgram(value: JsonValue): Fields {
  const { ProgName, ProgType } = mapOf(value);
  return { bpf_program: textOf(ProgName), bpf_program_type: textOf(ProgType) };
}

/** What integers mean where the kernel's own functions are known. */
function ofIntegers(args: readonly JsonMap[], hook: string): JsonMap {
  const first = args
    .map((arg) => integerOf(arg.int_arg) ?? integerOf(arg.uint_arg))
    .find((each) => each !== null);
  const integer = first ?? null;
  if (/^(security_)?file_permission$/.test(hook)) return present({ access: accessOf(integer) });
  if (/path_truncate$/.test(hook)) return { access: "write" };
  if (/sys_set(re|res|fs)?uid$/.test(hook)) return present({ new_uid: integer });
  if (/sys_set(re|res|fs)?gid$/.test(hook)) return present({ new_gid: integer });
  if (/^(tcp|udp)_sendmsg$/.test(hook)) {
    const size = args.map((arg) => integerOf(arg.size_arg)).find((each) => each !== null);
    return present({ network_egress_bytes: size ?? integer });
  }
  return {};
}

/** MAY_WRITE is 2, MAY_READ 4. */
function accessOf(mask: number | null): string | null {
  if (mask === null) return null;
  if ((mask & 2) !== 0) return "write";
  return (mask & 4) !== 0 ? "read" : null;
}

function returned(event: JsonMap): number | null {
  const value = mapOf(event.return);
  return integerOf(value.int_arg) ?? integerOf(value.long_arg) ?? integerOf(value.size_arg);
}
