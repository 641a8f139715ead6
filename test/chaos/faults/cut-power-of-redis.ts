import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, stat, truncate } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { until } from "../state-server.ts";

/**
 * With `appendfsync everysec` the disk may lack the last second, cut off in the middle of a command. The file is mended as
 * Redis' manual has it, by `redis-check-aof --fix`: a server that is started on it as it is (`aof-load-truncated yes`) leaves
 * the half of a transaction in the file, and carries it out when it is started the next time (found here with Redis
 * 7.0.15: state whose parts do not belong together; mended in Valkey by its pull request 4342).
 */
export const cutPowerOfRedis: Fault = {
  name: "Redis loses a second",
  does: "SIGKILL to Redis, and the end of its append-only file is cut off and mended, as when the power fails under `everysec`",
  times: { short: 2, long: 40 },
  inject: async ({ redis }, random) => {
    const file = await appendOnlyFile(String(((await redis.ask("CONFIG", "GET", "dir")) as string[])[1]));
    const { size: onDisk } = await stat(file);
    await sleep(300 + random() * 700);
    // Else there would be nothing to lose.
    await until(async () => (await stat(file)).size > onDisk, "Redis to append to its file");
    await redis.kill();
    const { size: written } = await stat(file);
    await truncate(file, onDisk + Math.floor(random() * (written - onDisk) * 0.5));
    await mend(file);
    await redis.restart();
  },
};

/** The newest: the base is followed by increments, of which the last is written. */
async function appendOnlyFile(dir: string): Promise<string> {
  const folder = join(dir, "appendonlydir");
  const increments = (await readdir(folder)).filter((name) => name.endsWith(".incr.aof"));
  const number = (name: string) => Number(/\.(\d+)\.incr/.exec(name)![1]);
  return join(folder, increments.sort((a, b) => number(a) - number(b)).at(-1)!);
}

async function mend(file: string): Promise<void> {
  const manifest = join(dirname(file), "appendonly.aof.manifest");
  const tool = spawn("redis-check-aof", ["--fix", manifest], { stdio: ["pipe", "ignore", "inherit"] });
  tool.stdin.end("y\n");
  const [code] = (await once(tool, "exit")) as [number | null];
  if (code !== 0) throw new Error(`redis-check-aof ended with ${code}`);
}
