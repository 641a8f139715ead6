/** The plain names of a process, for rules (`process_name`, `cmdline`) and for Sigma's pipelines (`exe`, `command_line`). */
import type { JsonMap } from "../../events/security-event.ts";
import { present, textOf } from "../fields.ts";

export interface ProcessFacts {
  /** Default: the last part of `binary`. */
  readonly name?: string | null;
  /** Path of the executable. */
  readonly binary?: string | null;
  readonly cmdline?: string | null;
  readonly pid?: number | null;
  readonly parentPid?: number | null;
  readonly parentBinary?: string | null;
}

/** What is not known is left out. */
export function processNames(facts: ProcessFacts): JsonMap {
  const { binary = null, cmdline = null, parentBinary = null } = facts;
  return present({
    process_name: facts.name ?? baseName(binary),
    binary,
    exe: binary,
    cmdline,
    command_line: cmdline,
    pid: facts.pid,
    parent_pid: facts.parentPid,
    parent_process_name: baseName(parentBinary),
    parent_exe: parentBinary,
  });
}

/** `/usr/bin/curl` → `curl`; a path that ends in a slash stays, so that no process is without a name. */
export function baseName(path: string | null): string | null {
  return path === null ? null : (textOf(path.slice(path.lastIndexOf("/") + 1)) ?? path);
}
