/** What the product might take instead, in numbers: another format on its topics, another Redis client. */
import type { Section } from "../support/section.ts";
import { codecAlone, codecDrain } from "./codec.ts";
import { redisClients } from "./redis-clients.ts";

export interface AlternativesOptions {
  readonly seed: number;
  readonly runs: number;
  /** Raw events that are drained. */
  readonly streamEvents: number;
  readonly streamRuns: number;
}

const codecEvents = 50_000;

export async function alternativesLane(options: AlternativesOptions): Promise<readonly Section[]> {
  const { seed, runs, streamEvents, streamRuns } = options;
  return [
    await codecAlone({ seed, events: codecEvents, runs }),
    await codecDrain({ seed, events: streamEvents, runs: streamRuns }),
    await redisClients({ seed, runs }),
  ];
}
