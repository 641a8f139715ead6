/** A drain behind a proxy that counts what the processes ask of Redis: for that count only. */
import type { BenchServers } from "../support/bench-servers.ts";
import { RequestCount } from "../support/request-count.ts";
import { type EngineRun, engineRun, type StreamLoad } from "./engine-run.ts";

export interface Requests {
  /** By raw event. */
  readonly requests: number;
  readonly failures: readonly string[];
}

export async function requestsOf(
  servers: BenchServers,
  load: StreamLoad,
  forward: EngineRun["forward"],
): Promise<Requests> {
  const count = await RequestCount.listen(servers.redisAddress);
  try {
    const { failures } = await engineRun(servers, load, {
      name: `forward ${forward}, requests counted`,
      forward,
      settings: { CORRAL_REDIS_URL: count.address },
    });
    return { requests: count.requests / load.lines.length, failures };
  } finally {
    await count.close();
  }
}
