/** A drain behind a proxy that counts what the processes ask of Redis: for the counts only. */
import type { BenchServers } from "../support/bench-servers.ts";
import { WireCount } from "../support/wire-count.ts";
import { type EngineRun, engineRun, type StreamLoad } from "./engine-run.ts";

export interface WireFigures {
  /** By raw event. */
  readonly requests: number;
  readonly trips: number;
  readonly failures: readonly string[];
}

export async function wireRun(
  servers: BenchServers,
  load: StreamLoad,
  forward: EngineRun["forward"],
): Promise<WireFigures> {
  const wire = await WireCount.listen(servers.redisAddress);
  try {
    const { failures } = await engineRun(servers, load, {
      name: `forward ${forward}, counted on the wire`,
      forward,
      settings: { CORRAL_REDIS_URL: wire.address },
    });
    const count = load.lines.length;
    return { requests: wire.requests / count, trips: wire.trips / count, failures };
  } finally {
    await wire.close();
  }
}
