/** A measurement in a process of its own, so that none warms or burdens another. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What the program prints, as JSON, given the task as JSON. `flags`: more of Node's. */
export async function measuredApart<Task, Measured>(
  program: string,
  task: Task,
  flags: readonly string[] = [],
): Promise<Measured> {
  const words = [...flags, "--disable-warning=TimeoutNegativeWarning", program, JSON.stringify(task)];
  const { stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 2 ** 28 });
  return JSON.parse(stdout) as Measured;
}
