/** Plain names for the process that Tetragon says acted, and for those above it. */
import type { JsonMap } from "../../events/security-event.ts";
import { integerOf, mapOf, mapsOf, present, textOf, textsOf, userIdOf } from "../fields.ts";
import { firstFields, maxRead } from "../first-fields.ts";
import { baseName } from "../plain-names/process-names.ts";

/** Of an exec the file is the program itself. */
export function plainProcess(event: JsonMap, kind: string): JsonMap {
  const process = mapOf(event.process);
  const parent = mapOf(event.parent);
  const binary = textOf(process.binary);
  const above = [parent, ...mapsOf(event.ancestors).slice(0, maxRead)];
  return present({
    process_name: baseName(binary),
    exe: binary,
    process_args: textOf(process.arguments),
    command_line: commandLine(binary, textOf(process.arguments)),
    cwd: textOf(process.cwd),
    pid: integerOf(process.pid),
    exec_id: textOf(process.exec_id),
    uid: userIdOf(process.uid),
    loginuid: userIdOf(process.auid),
    parent_process_name: baseName(textOf(parent.binary)),
    parent_exe: textOf(parent.binary),
    parent_command_line: commandLine(textOf(parent.binary), textOf(parent.arguments)),
    parent_pid: integerOf(parent.pid),
    parent_exec_id: textOf(process.parent_exec_id) ?? textOf(parent.exec_id),
    ancestors: above.map(({ binary }) => baseName(textOf(binary))).filter((name) => name !== null),
    host_namespaces: hostNamespaces(process),
    privileges_changed: textsOf(mapOf(process.binary_properties).privileges_changed),
    file: kind === "process_exec" ? binary : null,
    start_time: textOf(process.start_time),
  });
}

/** Those that the process shares with its node: `mnt`, `pid`, `net` … */
export function hostNamespaces(process: JsonMap): readonly string[] {
  return Object.entries(firstFields(mapOf(process.ns))).flatMap(([name, namespace]) =>
    mapOf(namespace).is_host === true ? [name] : [],
  );
}

/** A program and its arguments as one line. */
function commandLine(program: string | null, args: string | null): string | null {
  return program === null || args === null ? (program ?? args) : `${program} ${args}`;
}
