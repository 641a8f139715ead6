/** What Redis says of itself. */
import type { BenchServers } from "./bench-servers.ts";

export interface RedisUse {
  /** Server CPU, microseconds. */
  readonly redis: number;
  /** Those inside of scripts among them. */
  readonly commands: number;
  /** Round trips at most: answers written to sockets. A pipeline that arrives in parts may be answered in several. */
  readonly trips: number;
}

/** So far. */
export async function redisUse(servers: BenchServers): Promise<RedisUse> {
  const [user, system, commands, trips] = await Promise.all([
    servers.info("cpu", "used_cpu_user"),
    servers.info("cpu", "used_cpu_sys"),
    servers.info("stats", "total_commands_processed"),
    servers.info("stats", "total_writes_processed"),
  ]);
  return { redis: (user + system) * 1e6, commands, trips };
}
