/** What the operating system says of processes: CPU and memory. Linux only. */
import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second of /proc, the same on all that Node runs on. */
const ticks = 100;

/** CPU of a process so far, user and system over all its threads, microseconds. */
export function cpuOf(pid: number): number {
  const [user, system] = fieldsOf(pid).slice(11, 13).map(Number);
  return ((user! + system!) * 1e6) / ticks;
}

/** The most memory a process has had so far, MiB. */
export function peakMemoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** A child of this process whose command line holds the text. Throws where there is none. */
export function childWith(text: string): number {
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const pid = Number(name);
    try {
      const isOurs = Number(fieldsOf(pid)[1]) === process.pid;
      if (isOurs && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text)) return pid;
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error(`Cannot measure: a child process must run ${text}`);
}

/** Of /proc/PID/stat, from the state on: what stands before may hold blanks. */
function fieldsOf(pid: number): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}
