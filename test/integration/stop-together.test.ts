import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithServices } from "../services/services.ts";
import { Installation } from "./support/installation.ts";
import { recordClients } from "./support/record-clients.ts";

/** As users have it: a member that is thought dead is waited for. */
const settings = {
  CORRAL_SESSION_TIMEOUT: "30s",
  CORRAL_HEARTBEAT_INTERVAL: "3s",
  CORRAL_COMMIT_INTERVAL: "1s",
};
const roles = ["enrich", "correlate", "correlate", "correlate"];

for (const client of recordClients) {
  describeWithServices("kafka", "redis")(
    `Replicas told to stop together, by ${client}`,
    ({ kafka, redis }) => {
      let corral: Installation;
      beforeAll(async () => {
        corral = new Installation({ kafka, redis, settings: { ...settings, CORRAL_KAFKA_CLIENT: client } });
        await corral.createTopics();
      });
      afterAll(() => corral.close());

      // Tables load, members join, groups rebalance: whatever is under way must not keep the process.
      test.for([0, 0, 3, 3, 10, 30, 100, 500, 2_000, 4_000])(
        "end, whatever is under way, %i ms after they started",
        { timeout: 120_000 },
        async (wait) => {
          // One that must be ended by force says 4.
          const workers = roles.map((role) => corral.start(role));
          await Promise.all(workers.map((worker) => worker.says('"msg":"starting"')));
          // The orchestrator asks on, and an answer may be under way when all is closed.
          const ports = await Promise.all(workers.map((worker) => worker.httpPort()));
          const probing = setInterval(() => {
            for (const port of ports) fetch(`http://127.0.0.1:${port}/readyz`).catch(() => {});
          }, 5);
          await sleep(wait);
          // The orchestrator's grace period in docker-compose.yml.
          const hangs = (lines: readonly string[]) => sleep(30_000, lines, { ref: false });
          const codes = await Promise.all(
            workers.map((worker) => Promise.race([worker.terminate(), hangs(worker.lines)])),
          );
          clearInterval(probing);
          expect(codes).toEqual(roles.map(() => 0));
        },
      );
    },
  );
}
