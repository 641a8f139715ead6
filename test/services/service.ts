/**
 * A real service under test: found in the environment, or run in a container or as a local process.
 * Addresses are what clients take: `host:port` for Kafka (several, comma-separated, from the environment only),
 * `redis://host:port`, and `http://host:port` for the registry (its Confluent API is at `/apis/ccompat/v7`).
 */
export interface Service {
  readonly address: string;
  readonly origin: Origin;
  /** Ends the service for good, with its data. One from the environment goes on running. */
  stop(): Promise<void>;
}

export type Origin = "environment" | "container" | "process";

/** A service that the suite started itself, so it may break it. Address, port and data outlive every call but `stop`. */
export interface OwnService extends Service {
  readonly origin: "container" | "process";
  /** SIGKILL, as when a node is lost. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Ends it in good order if it is up, and starts it on the same data. Resolves when it answers. */
  restart(): Promise<void>;
  /** Freezes it (SIGSTOP): connections stay open, nothing answers. */
  pause(): Promise<void>;
  /** Lets a frozen one go on (SIGCONT). */
  resume(): Promise<void>;
}

/** Resolves true when the service answers; throws or resolves false as long as it does not. */
export type Probe = () => Promise<boolean>;

/** Wraps an address of the environment; it must answer within 15 s. */
export async function fromEnvironment(
  variable: string,
  probe: (address: string) => Probe,
): Promise<Service | undefined> {
  const address = process.env[variable];
  if (address === undefined || address === "") return undefined;
  await answering(
    probe(address),
    15_000,
    `Cannot use ${variable}: it must answer: current value is ${address}`,
  );
  say(`${variable}: using ${address}`);
  return { address, origin: "environment", stop: async () => {} };
}

/**
 * Starts by the first way that works. `CORRAL_TEST_ORIGIN=process` or `container` allows only that one.
 * A way that answers `undefined` is not there on this machine.
 */
export async function firstOf<T extends OwnService>(
  name: string,
  ways: { container: () => Promise<T | undefined>; process: () => Promise<T | undefined> },
): Promise<T> {
  const only = process.env.CORRAL_TEST_ORIGIN;
  const failures: string[] = [];
  for (const [origin, start] of Object.entries(ways)) {
    if (only !== undefined && only !== "" && only !== origin) continue;
    const began = performance.now();
    try {
      const service = await start();
      if (service !== undefined) {
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        say(`${name}: started a ${origin} at ${service.address} in ${seconds} s`);
        return service;
      }
    } catch (error) {
      failures.push(`as a ${origin}: ${error instanceof Error ? error.message : String(error)}`);
      say(`${name}: ${failures.at(-1)}`);
    }
  }
  if (failures.length === 0) failures.push("neither a container runtime nor the local program is here");
  throw new Error(`Cannot start ${name}: ${failures.join("; ")}`);
}

/** Waits until the probe succeeds. `lost` may end the wait early by rejecting. */
export async function answering(
  probe: Probe,
  timeoutMs: number,
  complaint: string,
  lost?: Promise<never>,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let reason = "";
  while (performance.now() < deadline) {
    try {
      if (await (lost === undefined ? probe() : Promise.race([probe(), lost]))) return;
    } catch (error) {
      if (error instanceof ServiceEnded) throw error;
      reason = ` (${error instanceof Error ? error.message : String(error)})`;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${complaint}${reason}`);
}

/** The service ended while it was waited for. */
export class ServiceEnded extends Error {
  override readonly name = "ServiceEnded";
}

/** One line on stderr, so that a log of the run shows what it was run against. */
export function say(line: string): void {
  process.stderr.write(`[services] ${line}\n`);
}
