/**
 * `npm run bench -- [--events N] [--runs N] [--seed N] [--json FILE]`: what an event costs. Ratios first,
 * since machines differ. Ends with exit code 1 when alerts are not what they must be.
 */
import { parseArgs } from "node:util";
import { engineLane } from "./engine/lane.ts";
import { machine } from "./support/machine.ts";
import { publish } from "./support/publish.ts";
import { wholeNumber } from "./support/whole-number.ts";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "200000" },
    runs: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
});
const seed = wholeNumber("seed", values.seed);
const events = wholeNumber("events", values.events, 1);
const runs = wholeNumber("runs", values.runs, 1);
const section = await engineLane({ seed, events, runs });
process.exitCode = await publish("Speed", seed, machine(), [section], values.json);
