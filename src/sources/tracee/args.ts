/**
 * Tracee's arguments (`args` of the releases, `data` of main) by name, and plain names for what the built-in events put
 * there. Where the generations name a part differently, the releases' name comes first.
 */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { mapOf, mapsOf, present, textOf, textsOf } from "../fields.ts";
import { maxRead } from "../first-fields.ts";
import { plainNetwork } from "./plain-network.ts";

/** `[{name, type, value}]`, `[{name, value}]` or `[{name, <type>: value}]` → name: value. */
export function argsByName(args: JsonValue | undefined): JsonMap {
  return Object.fromEntries(
    mapsOf(args)
      .slice(0, maxRead)
      .flatMap((arg): [string, JsonValue][] => {
        const name = textOf(arg.name);
        return name === null ? [] : [[name, argValue(arg)]];
      }),
  );
}

function argValue(arg: JsonMap): JsonValue {
  if (Object.hasOwn(arg, "value")) return arg.value ?? null;
  const [type] = Object.keys(arg).filter((key) => key !== "name");
  const value = type === undefined ? null : (arg[type] ?? null);
  // Lists of strings and integers are messages of one field.
  const { value: list, ...others } = mapOf(value);
  return Array.isArray(list) && Object.keys(others).length === 0 ? list : value;
}

/** `event`: its name, as `addr` is the near end of a bind and the far end of a connect. */
export function plainArgs(args: JsonMap, event: string): JsonMap {
  return { ...program(args, event), ...file(args), ...plainNetwork(args, event) };
}

function program(args: JsonMap, event: string): JsonMap {
  const argv = textsOf(args.argv);
  const runs = event === "sched_process_exec";
  return present({
    exe: runs ? textOf(args.pathname) : null,
    command_line: argv.length > 0 ? argv.join(" ") : null,
    process_args: argv.length > 1 ? argv.slice(1).join(" ") : null,
    capability: textOf(args.cap),
    module: /module/.test(event) ? (textOf(args.name) ?? textOf(args.module_name)) : null,
    sha256: textOf(args.sha256),
  });
}

const pathNames = ["pathname", "file_path", "path", "new_path", "linkpath", "dst_path", "File path"];

function file(args: JsonMap): JsonMap {
  const path = pathNames.map((name) => textOf(args[name])).find((each) => each !== null);
  // A descriptor reads `3=/etc/locale.alias` where Tracee resolves it.
  const descriptor = textOf(args.fd)?.match(/^\d+=(\/.*)$/)?.[1];
  const socket = textOf(mapOf(args.remote_addr).sun_path) ?? textOf(mapOf(args.addr).sun_path);
  return present({ file: path ?? descriptor ?? socket, access: accessOf(args.flags) });
}

/** Of `O_WRONLY|O_CREAT`, or of the number that older events have. */
function accessOf(flags: JsonValue | undefined): string | null {
  if (typeof flags === "number") return (flags & 3) === 0 ? "read" : "write";
  const text = textOf(flags);
  if (text === null || !/\bO_/.test(text)) return null;
  return /\bO_(WRONLY|RDWR)\b/.test(text) ? "write" : "read";
}
