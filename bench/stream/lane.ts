/** L2: through real servers, from Kafka to alerts. */
import { BenchServers } from "../support/bench-servers.ts";
import type { Section } from "../support/section.ts";
import { drain } from "./drain.ts";
import { streamLoad } from "./engine-run.ts";
import { live } from "./live.ts";
import { severalProcesses } from "./processes.ts";
import { startToAlert } from "./start.ts";

export interface StreamOptions {
  readonly seed: number;
  /** Raw events that are drained. */
  readonly events: number;
  /** How long events are sent at each rate. */
  readonly seconds: number;
  /** Each figure is the median of so many runs, taken in turn. */
  readonly runs: number;
}

export async function streamLane(options: StreamOptions): Promise<readonly Section[]> {
  const { seconds, runs } = options;
  const servers = await BenchServers.start();
  try {
    const load = streamLoad(options);
    const { section, rate } = await drain(servers, load, runs);
    const processes = await severalProcesses(servers, load, runs);
    const started = await startToAlert(servers);
    const steady = await live(servers, { drained: rate, shares: [0.5, 0.8], seconds, runs });
    return [section, processes, steady, started];
  } finally {
    await servers.close();
  }
}
