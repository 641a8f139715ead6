import { existsSync } from "node:fs";
import { freePort } from "./free-port.ts";
import { answering, type OwnService, type Probe } from "./service.ts";

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  /** The ports inside; each gets a fixed one outside, so that it is the same after a restart. */
  readonly ports: readonly number[];
  readonly readyLog: RegExp;
  readonly configure: (outside: { host: string; ports: readonly number[] }) => {
    readonly address: string;
    readonly command?: string[];
    readonly environment?: Record<string, string>;
  };
  readonly probe: (address: string) => Probe;
}

/** Runs the image where a container runtime answers; else `undefined`. */
export async function startContainer(spec: ContainerSpec): Promise<OwnService | undefined> {
  if (!process.env.DOCKER_HOST && !existsSync("/var/run/docker.sock")) return undefined;
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import("testcontainers");
  const client = await getContainerRuntimeClient().catch(() => undefined);
  if (client === undefined) return undefined;

  const ports = await Promise.all(spec.ports.map(() => freePort()));
  const runtimeHost = client.info.containerRuntime.host;
  const host = runtimeHost === "localhost" ? "127.0.0.1" : runtimeHost;
  const { address, command, environment } = spec.configure({ host, ports });
  const container = new GenericContainer(spec.image)
    .withExposedPorts(...spec.ports.map((inside, at) => ({ container: inside, host: ports[at]! })))
    .withEnvironment(environment ?? {})
    .withWaitStrategy(Wait.forLogMessage(spec.readyLog).withStartupTimeout(90_000));
  if (command !== undefined) container.withCommand(command);
  const log: string[] = [];
  container.withLogConsumer((stream) => stream.on("data", (line) => log.push(String(line).trimEnd())));
  const started = await container.start().catch((error: Error) => {
    throw new Error([error.message, ...log.slice(-30)].join("\n"));
  });
  const raw = client.container.getById(started.getId());
  const up = () => answering(spec.probe(address), 60_000, `${spec.name} does not answer at ${address}`);
  const isPaused = async () => (await raw.inspect()).State.Paused;

  const service: OwnService = {
    address,
    origin: "container",
    async kill() {
      await raw.kill();
      await raw.wait();
    },
    async restart() {
      if (await isPaused()) await raw.unpause();
      await raw.restart({ t: 15 });
      await up();
    },
    async pause() {
      await raw.pause();
    },
    async resume() {
      await raw.unpause();
    },
    async stop() {
      await raw.remove({ force: true, v: true });
    },
  };
  await up().catch(async (error) => {
    await service.stop();
    throw error;
  });
  return service;
}
