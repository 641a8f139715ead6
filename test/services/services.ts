import { describe, inject, test } from "vitest";
import type { ServiceName } from "./global-setup.ts";
import { say } from "./service.ts";

export { scope } from "./scope.ts";

/**
 * What an integration suite needs. The services are shared by all suites, so a suite puts `scope()` before every
 * topic, group id and Redis key; one that stops or breaks a service starts its own (`startKafka`, `startRedis`,
 * `startRegistry`).
 */

/** The addresses of the shared services; reading one that is not there throws. */
export function services(): Readonly<Record<ServiceName, string>> {
  return {
    get kafka() {
      return addressOf("kafka");
    },
    get redis() {
      return addressOf("redis");
    },
    get registry() {
      return addressOf("registry");
    },
  };
}

/**
 * `describe` for suites on real services: `describeWithServices("kafka", "redis")("name", ({ kafka, redis }) => …)`.
 * Where one is missing the body is not run, and the suite shows as skipped with the reason on stderr.
 */
export function describeWithServices<N extends ServiceName>(
  ...names: readonly N[]
): (name: string, body: (addresses: Readonly<Record<N, string>>) => void) => void {
  const provided = inject("services");
  const missing = names.filter((name) => provided[name].address === null);
  return (name, body) => {
    if (missing.length === 0) {
      const addresses = Object.fromEntries(names.map((service) => [service, addressOf(service)]));
      describe(name, () => body(addresses as Record<N, string>));
      return;
    }
    say(`SKIPPED "${name}": it needs ${missing.join(" and ")}`);
    describe.skip(name, () => {
      test(`needs ${missing.join(" and ")}`, () => {});
    });
  };
}

/** The address of a service that a suite uses where it is there. */
export function addressIfThere(name: ServiceName): string | null {
  return inject("services")[name].address;
}

function addressOf(name: ServiceName): string {
  const { address, missing } = inject("services")[name];
  if (address === null) throw new Error(`Cannot use ${name}: it must be running: ${missing}`);
  return address;
}
