/** What figures are measured on, in one line. */
import { cpus, totalmem } from "node:os";
import { version as kafkaVersion } from "../../test/services/kafka.ts";
import type { BenchServers } from "./bench-servers.ts";

export function machine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} cores (${processors[0]?.model.trim() ?? "unknown"}), ${memory} GiB, Node ${process.versions.node}`;
}

export async function machineWith(servers: BenchServers): Promise<string> {
  return `${machine()}, Kafka ${kafkaVersion}, Redis ${await servers.redisVersion()}`;
}
