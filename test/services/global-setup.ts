import type { TestProject } from "vitest/node";
import { findKafka } from "./kafka.ts";
import { findRedis } from "./redis.ts";
import { findRegistry } from "./registry.ts";
import { type Service, say } from "./service.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The address of each service, or why there is none. */
    services: ProvidedServices;
  }
}

export type ServiceName = "kafka" | "redis" | "registry";
export type ProvidedServices = Readonly<
  Record<ServiceName, { readonly address: string | null; readonly missing: string | null }>
>;

/**
 * Starts the services once for all integration suites. One that cannot be had fails the run when
 * `CORRAL_REQUIRE_SERVICES=1`; else the suites that need it are skipped, and say so.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running: Service[] = [];
  const stop = async () => {
    await Promise.allSettled(running.map((service) => service.stop()));
  };
  const failures: string[] = [];
  const find = async (name: ServiceName, start: () => Promise<Service>) => {
    try {
      const service = await start();
      running.push(service);
      return { address: service.address, missing: null };
    } catch (error) {
      const missing = error instanceof Error ? error.message : String(error);
      failures.push(missing);
      say(`NO ${name.toUpperCase()}: every suite that needs it is skipped. ${missing}`);
      return { address: null, missing };
    }
  };
  const [kafka, redis, registry] = await Promise.all([
    find("kafka", findKafka),
    find("redis", findRedis),
    find("registry", findRegistry),
  ]);
  if (failures.length > 0 && process.env.CORRAL_REQUIRE_SERVICES === "1") {
    await stop();
    throw new Error(
      `Cannot run the integration suites: every service must be there: current value is\n${failures.join("\n")}`,
    );
  }
  project.provide("services", { kafka, redis, registry });
  return stop;
}
