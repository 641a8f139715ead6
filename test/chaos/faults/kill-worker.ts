import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import type { RoleName } from "../stall-watch.ts";

const roles: readonly RoleName[] = ["correlate", "enrich"];
let turn = 0;
/** By role: the group has gone on since the last kill. */
const settled = new Map<RoleName, Promise<void>>();

/** The groups take turns, so that one settles while the other is hit. Some kills do not wait and hit a half-made rebalance. */
export const killWorker: Fault = {
  name: "kill -9 of a worker",
  does: "SIGKILL to an enricher or a correlator; another is started in its place at once",
  times: { short: 50, long: 1_000 },
  inject: async (stage, random) => {
    const role = roles[turn++ % roles.length]!;
    const crew = stage.crews[role];
    if (random() < 0.6) await settled.get(role);
    else await sleep(random() * 1_200);
    await crew.kill(await crew.pick(random));
    settled.set(role, stage.moved(role));
  },
};
