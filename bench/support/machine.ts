/** What the figures were measured on, in one line. */
import { cpus, totalmem } from "node:os";
import { version as kafkaVersion } from "../../test/services/kafka.ts";
import type { BenchServers } from "./bench-servers.ts";

export async function machine(servers: BenchServers): Promise<string> {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${processors.length} cores (${processors[0]?.model.trim() ?? "unknown"}), ${memory} GiB`,
    `Node ${process.versions.node}`,
    `Kafka ${kafkaVersion}`,
    `Redis ${await servers.redisVersion()}`,
  ].join(", ");
}
