/**
 * `npm run bench -- [--only LANE] [--events N] [--runs N] [--stream-events N] [--stream-runs N] [--seconds N] [--seed N]
 * [--json FILE]`: what an event costs. Lanes: engine (one process, no server), growth (the same with more of everything),
 * stream (Kafka and Redis), clients (what carries the records), alternatives (another format, another Redis client), profile
 * (where the time goes). Ratios first, since machines differ. Ends with exit code 1 when alerts are not what they must be.
 */
import { parseArgs } from "node:util";
import { alternativesLane } from "./alternatives/lane.ts";
import { engineLane } from "./engine/lane.ts";
import { growthLane } from "./growth/lane.ts";
import { profileLane } from "./profile/lane.ts";
import { clientsLane } from "./stream/clients.ts";
import { streamLane } from "./stream/lane.ts";
import { machine } from "./support/machine.ts";
import { publish } from "./support/publish.ts";
import type { Section } from "./support/section.ts";
import { wholeNumber } from "./support/whole-number.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    events: { type: "string", default: "200000" },
    "stream-events": { type: "string", default: "300000" },
    seconds: { type: "string", default: "20" },
    runs: { type: "string", default: "5" },
    "stream-runs": { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
});
const seed = wholeNumber("seed", values.seed);
const events = wholeNumber("events", values.events, 1);
const streamEvents = wholeNumber("stream-events", values["stream-events"], 1);
const runs = wholeNumber("runs", values.runs, 1);
const streamRuns = wholeNumber("stream-runs", values["stream-runs"], 1);

const lanes: Readonly<Record<string, () => Promise<readonly Section[]>>> = {
  engine: async () => [await engineLane({ seed, events, runs })],
  growth: () => growthLane({ seed, runs }),
  stream: () =>
    streamLane({
      seed,
      events: streamEvents,
      seconds: wholeNumber("seconds", values.seconds, 1),
      runs: streamRuns,
    }),
  clients: () => clientsLane({ seed, events: streamEvents, runs: streamRuns }),
  alternatives: () => alternativesLane({ seed, runs, streamEvents, streamRuns }),
  profile: () => profileLane({ seed, events, streamEvents }),
};
const chosen = Object.entries(lanes).filter(([name]) => values.only === undefined || name === values.only);
if (chosen.length === 0) {
  const names = Object.keys(lanes).join(", ");
  throw new Error(`Cannot run: --only must be one of ${names}: current value is ${values.only}`);
}
// Else an interrupt would leave the processes behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

const sections: Section[] = [];
for (const [, lane] of chosen) sections.push(...(await lane()));
process.exitCode = await publish("Speed", seed, machine(), sections, values.json);
