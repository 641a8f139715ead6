/** L2: through real servers, from Kafka to alerts. */
import { BenchServers } from "../support/bench-servers.ts";
import type { Section } from "../support/section.ts";
import { drain } from "./drain.ts";
import { live } from "./live.ts";
import { startToAlert } from "./start.ts";

export interface StreamOptions {
  readonly seed: number;
  /** Raw events that are drained. */
  readonly events: number;
  /** How long events are sent at each rate. */
  readonly seconds: number;
}

export async function streamLane({ seed, events, seconds }: StreamOptions): Promise<readonly Section[]> {
  const servers = await BenchServers.start();
  try {
    const { section, rate } = await drain(servers, { seed, events });
    const started = await startToAlert(servers);
    return [section, await live(servers, { drained: rate, shares: [0.5, 0.8], seconds }), started];
  } finally {
    await servers.close();
  }
}
