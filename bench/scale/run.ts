/**
 * `npm run bench:scale -- [--only PART] [--seed N] [--events N] [--replicas 1,2,4,8] [--groups N] [--touched N] [--rate N]
 * [--seconds N] [--session SECONDS] [--json FILE]`: what more correlator processes give and cost, on a Kafka and a Redis
 * of its own. Parts: equality, rebalance, takeover, skew. Ends with exit code 1 when something that must hold does not.
 */
import { parseArgs } from "node:util";
import { BenchServers } from "../support/bench-servers.ts";
import { machineWith } from "../support/machine.ts";
import { publish } from "../support/publish.ts";
import { say } from "../support/say.ts";
import type { Section } from "../support/section.ts";
import { wholeNumber } from "../support/whole-number.ts";
import { equality } from "./equality.ts";
import { rebalance } from "./rebalance.ts";
import { skew } from "./skew.ts";
import { takeover } from "./takeover.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    seed: { type: "string", default: "1" },
    events: { type: "string", default: "100000" },
    replicas: { type: "string", default: "1,2,4,8" },
    groups: { type: "string", default: "100000" },
    touched: { type: "string", default: "100" },
    rate: { type: "string", default: "1000" },
    seconds: { type: "string", default: "30" },
    calm: { type: "string", default: "5" },
    session: { type: "string", default: "30" },
    json: { type: "string" },
  },
});
const seed = wholeNumber("seed", values.seed);
const rate = wholeNumber("rate", values.rate, 1);
const replicas = values.replicas.split(",").map((each) => wholeNumber("replicas", each, 1));

const parts: Readonly<Record<string, (servers: BenchServers) => Promise<Section>>> = {
  equality: (servers) =>
    equality(servers, { seed, events: wholeNumber("events", values.events, 1), replicas }),
  rebalance: (servers) =>
    rebalance(servers, {
      seed,
      rate,
      calmSeconds: wholeNumber("calm", values.calm, 1),
      sessionSeconds: wholeNumber("session", values.session, 1),
    }),
  takeover: (servers) =>
    takeover(servers, {
      groups: wholeNumber("groups", values.groups, 1),
      touched: wholeNumber("touched", values.touched, 1),
    }),
  skew: (servers) => skew(servers, { seed, rate, seconds: wholeNumber("seconds", values.seconds, 1) }),
};

const chosen = Object.entries(parts).filter(([name]) => values.only === undefined || name === values.only);
if (chosen.length === 0) {
  const names = Object.keys(parts).join(", ");
  throw new Error(`Cannot run: --only must be one of ${names}: current value is ${values.only}`);
}
// Else an interrupt would leave the processes behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

const servers = await BenchServers.start();
try {
  const sections: Section[] = [];
  for (const [name, part] of chosen) {
    say(name);
    sections.push(await part(servers));
  }
  process.exitCode = await publish("Scale out", seed, await machineWith(servers), sections, values.json);
} finally {
  await servers.close();
}
