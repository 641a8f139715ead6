import { execFile } from "node:child_process";
import { mkdtemp, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startRedis } from "../../services/redis.ts";
import type { OwnService } from "../../services/service.ts";
import type { Fault } from "../fault.ts";
import { until } from "../state-server.ts";

const run = promisify(execFile);
const megabytes = 48;

export const fillDiskOfRedis: Fault = {
  name: "disk of Redis full",
  does: "Redis moves to a small tmpfs, which is filled up for some seconds, then freed: every write is refused",
  times: { short: 1, long: 20 },
  unable: async () => {
    try {
      await rmdir(await mountedOnce(async () => {}));
      return null;
    } catch (error) {
      return `a tmpfs must be mounted, which takes root: ${(error as Error).message.trim()}`;
    }
  },
  inject: async ({ redis }, random) => {
    let small: OwnService | undefined;
    const mountPoint = await mountedOnce(async (dir) => {
      small = await startRedis({ dir });
    });
    await redis.failOver(small!, 0);
    // The disk is reached through the server: its mount is gone, and it goes with the server.
    const filler = `/proc/${await redis.counter("server", "process_id")}/cwd/filler`;
    const refused = () => redis.counter("errorstats", "errorstat_MISCONF");
    await writeFile(filler, Buffer.alloc(megabytes * 1_048_576)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOSPC") throw error;
    });
    await until(async () => (await refused()) > 0, "Redis to refuse a write for want of disk");
    await sleep(1_000 + random() * 3_000);
    await rm(filler);
    await until(
      async () => String(await redis.ask("INFO", "persistence")).includes("aof_last_write_status:ok"),
      "Redis to write again",
    );
    await sleep(1_000);
    await redis.failOver(await startRedis(), 0);
    await rmdir(mountPoint);
  },
};

/** A tmpfs that nobody sees any more once `use` is over; it lasts as long as a process works in it, whatever ends us. */
async function mountedOnce(use: (dir: string) => Promise<void>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "corral-small-disk-"));
  try {
    await run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", dir]);
  } catch (error) {
    await rmdir(dir);
    throw error;
  }
  try {
    await use(dir);
  } finally {
    await run("umount", ["-l", dir]);
  }
  return dir;
}
