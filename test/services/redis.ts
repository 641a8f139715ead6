import { once } from "node:events";
import { connect } from "node:net";
import { freePort } from "./free-port.ts";
import { firstOf, fromEnvironment, type OwnService, type Probe, type Service } from "./service.ts";
import { startContainer } from "./service-container.ts";
import { ServiceProcess, serviceFolder } from "./service-process.ts";

/** The Redis at `CORRAL_TEST_REDIS` (`redis://host:port`), else one of our own. */
export async function findRedis(): Promise<Service> {
  return (await fromEnvironment("CORRAL_TEST_REDIS", ping)) ?? startRedis();
}

export interface RedisOptions {
  /** Where it keeps its data, if not in a temporary folder; a process only. */
  readonly dir?: string;
}

/** A Redis of one's own to break: append-only file on, nothing evicted, so an acknowledged write survives `kill`. */
export function startRedis({ dir }: RedisOptions = {}): Promise<OwnService> {
  return firstOf("Redis", {
    container: async () => (dir === undefined ? inContainer() : undefined),
    process: () => asProcess(dir),
  });
}

const settings = ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"];

async function asProcess(dir: string | undefined): Promise<OwnService> {
  const port = await freePort();
  const folder = await serviceFolder("redis");
  const address = `redis://127.0.0.1:${port}`;
  const own = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir ?? folder, "--daemonize", "no"];
  return ServiceProcess.start({
    name: "Redis",
    address,
    folder,
    command: "redis-server",
    args: [...own, ...settings],
    probe: ping(address),
  });
}

function inContainer(): Promise<OwnService | undefined> {
  return startContainer({
    name: "Redis",
    image: "redis:7",
    ports: [6379],
    readyLog: /Ready to accept connections/,
    configure: ({ host, ports: [port] }) => ({
      address: `redis://${host}:${port}`,
      command: ["redis-server", ...settings],
    }),
    probe: ping,
  });
}

/** True once a PING is answered: a Redis that still reads its file says LOADING. */
function ping(address: string): Probe {
  const { hostname, port } = new URL(address);
  return async () => {
    const socket = connect(Number(port || 6379), hostname);
    try {
      socket.setTimeout(2_000, () => socket.destroy(new Error("no answer to PING")));
      socket.write("PING\r\n");
      const [answer] = (await once(socket, "data")) as [Buffer];
      const text = answer.toString();
      // One with a password is up, too.
      if (text.startsWith("+PONG") || text.startsWith("-NOAUTH")) return true;
      throw new Error(text.trim());
    } finally {
      socket.destroy();
    }
  };
}
