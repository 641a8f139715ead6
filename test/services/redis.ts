import { once } from "node:events";
import { connect } from "node:net";
import type { IssuedCertificate } from "./certificates.ts";
import { freePort } from "./free-port.ts";
import { firstOf, fromEnvironment, type OwnService, type Probe, type Service } from "./service.ts";
import { startContainer } from "./service-container.ts";
import { ServiceProcess, serviceFolder } from "./service-process.ts";

/** The Redis at `CORRAL_TEST_REDIS` (`redis://host:port`), else one of our own. */
export async function findRedis(): Promise<Service> {
  return (await fromEnvironment("CORRAL_TEST_REDIS", ping)) ?? startRedis();
}

export interface RedisOptions {
  /** The certificate of a second port that speaks TLS, and who may vouch for clients. Not in a container. */
  readonly secured?: { readonly server: IssuedCertificate; readonly ca: string };
  /** Where it keeps its data, if not in a temporary folder; a process only. */
  readonly dir?: string;
  /** Options of the server on top of ours. */
  readonly more?: readonly string[];
}

export interface OwnRedis extends OwnService {
  /** `rediss://host:port` of the port that speaks TLS; only with `secured`. */
  readonly secured: string | undefined;
}

/** A Redis of one's own to break: append-only file on, nothing evicted, so an acknowledged write survives `kill`. */
export function startRedis(options: RedisOptions = {}): Promise<OwnRedis> {
  return firstOf("Redis", {
    container: async () => (options.dir === undefined ? inContainer(options) : undefined),
    process: () => asProcess(options),
  });
}

const settings = ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"];

async function asProcess({ secured, dir, more = [] }: RedisOptions): Promise<OwnRedis> {
  const port = await freePort();
  const folder = await serviceFolder("redis");
  const address = `redis://127.0.0.1:${port}`;
  const own = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir ?? folder, "--daemonize", "no"];
  const tlsPort = secured === undefined ? undefined : await freePort();
  const service = await ServiceProcess.start({
    name: "Redis",
    address,
    folder,
    command: "redis-server",
    args: [...own, ...settings, ...more, ...(tlsPort === undefined ? [] : tls(tlsPort, secured!))],
    probe: ping(address),
  });
  return withSecured(service, tlsPort === undefined ? undefined : `rediss://127.0.0.1:${tlsPort}`);
}

function tls(port: number, { server, ca }: NonNullable<RedisOptions["secured"]>): readonly string[] {
  const files = ["--tls-cert-file", server.cert, "--tls-key-file", server.key, "--tls-ca-cert-file", ca];
  return ["--tls-port", String(port), ...files, "--tls-auth-clients", "optional"];
}

function withSecured(service: OwnService, secured: string | undefined): OwnRedis {
  return {
    address: service.address,
    origin: service.origin,
    secured,
    kill: () => service.kill(),
    restart: () => service.restart(),
    pause: () => service.pause(),
    resume: () => service.resume(),
    stop: () => service.stop(),
  };
}

async function inContainer({ secured, more = [] }: RedisOptions): Promise<OwnRedis | undefined> {
  // Its files would have to be readable inside.
  if (secured !== undefined) return undefined;
  const service = await startContainer({
    name: "Redis",
    image: "redis:7",
    ports: [6379],
    readyLog: /Ready to accept connections/,
    configure: ({ host, ports: [port] }) => ({
      address: `redis://${host}:${port}`,
      command: ["redis-server", ...settings, ...more],
    }),
    probe: ping,
  });
  return service && withSecured(service, undefined);
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
