import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { sessionMs } from "../stage.ts";

let turn = 0;

/** What it had judged, or read and not yet written, it does when its partitions are long somebody else's. */
export const freezeWorker: Fault = {
  name: "zombie",
  does: "SIGSTOP of a worker until the group has given its partitions to others, then SIGCONT",
  times: { short: 4, long: 80 },
  inject: async (stage, random) => {
    const role = turn++ % 2 === 0 ? "correlate" : "enrich";
    const zombie = await stage.crews[role].pick(random);
    zombie.signal("SIGSTOP");
    await sleep(sessionMs);
    await stage.moved(role);
    await sleep(random() * 1_000);
    zombie.signal("SIGCONT");
    // Back in the group, and nobody is left without an owner.
    await stage.moved(role);
  },
};
