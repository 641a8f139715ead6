import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ProxiedKafka, startProxiedKafka } from "../services/fault-proxy.ts";
import { describeWithServices } from "../services/services.ts";
import { Installation } from "./support/installation.ts";
import { recordClients } from "./support/record-clients.ts";

for (const client of recordClients) {
  describeWithServices("redis")(
    `A worker whose connections to Kafka were a black hole, by ${client}`,
    ({ redis }) => {
      let broken: ProxiedKafka;
      let corral: Installation;

      beforeAll(async () => {
        broken = await startProxiedKafka();
        const settings = {
          CORRAL_KAFKA_CLIENT: client,
          CORRAL_KAFKA_BROKERS: broken.address,
          CORRAL_SESSION_TIMEOUT: "2s",
        };
        corral = new Installation({ kafka: broken.kafka.address, redis, settings });
        await corral.createTopics();
      });
      afterAll(async () => {
        await corral.close();
        await broken.stop();
      });

      test.for(["enrich", "correlate"])("ends on SIGTERM: %s", { timeout: 240_000 }, async (role) => {
        const worker = await corral.run(role);
        broken.proxy.blackHole();
        await sleep(4_000);
        broken.proxy.heal();
        // Expelled, and a member again.
        const joined = () => worker.lines.filter((line) => line.includes('"partitions assigned"')).length;
        const before = joined();
        await expect.poll(joined, { timeout: 60_000 }).toBeGreaterThan(before);
        // Else it would hang until the orchestrator kills it.
        const hangs = sleep(60_000).then(() => worker.lines.slice(-15).join("\n"));
        expect(await Promise.race([worker.terminate(), hangs])).toBe(0);
      });
    },
  );
}
