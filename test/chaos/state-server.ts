/**
 * The Redis that keeps the state, behind a proxy whose target is switched: another can take its place, as after a
 * failover, and the correlators notice only that their connections are gone.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { FaultProxy } from "../services/fault-proxy.ts";
import { startRedis } from "../services/redis.ts";
import type { OwnService } from "../services/service.ts";

/** What a step of a fault may take; a machine may be busy. */
const patienceMs = 60_000;

export class StateServer {
  readonly proxy: FaultProxy;
  #server: OwnService;

  private constructor(server: OwnService, proxy: FaultProxy) {
    this.#server = server;
    this.proxy = proxy;
  }

  static async start(): Promise<StateServer> {
    const server = await startRedis();
    return new StateServer(server, await FaultProxy.listen(server.address));
  }

  /** For correlators. */
  get url(): string {
    return `redis://127.0.0.1:${this.proxy.port}`;
  }

  kill(): Promise<void> {
    return this.#server.kill();
  }

  restart(): Promise<void> {
    return this.#server.restart();
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await this.#server.stop();
  }

  /** One command, around the proxy. */
  ask(command: string, ...words: readonly string[]): Promise<unknown> {
    return ask(this.#server, command, words);
  }

  /** The number that a line of INFO holds; 0 without it. */
  async counter(section: string, name: string): Promise<number> {
    return numberIn(String(await this.ask("INFO", section)), name);
  }

  /**
   * Fails over to a server that followed as a replica. Its link is cut `lagMs` before the master is killed: what the
   * master acknowledged in that time is lost. The old server is gone for good.
   */
  async failOver(next: OwnService, lagMs: number): Promise<void> {
    const old = this.#server;
    const link = await FaultProxy.listen(old.address);
    await ask(old, "CONFIG", ["SET", "repl-diskless-sync-delay", "0"]);
    await ask(next, "REPLICAOF", ["127.0.0.1", String(link.port)]);
    await until(
      async () => String(await ask(next, "INFO", ["replication"])).includes("master_link_status:up"),
      "the replica to follow",
    );
    if (lagMs > 0) {
      const before = await replicated(next);
      link.refuse();
      await sleep(lagMs);
      // Else there would be nothing to lose.
      await until(async () => (await replicated(old)) > before, "the master to go on alone");
    }
    await old.kill();
    await ask(next, "REPLICAOF", ["NO", "ONE"]);
    this.#server = next;
    this.proxy.forwardTo(next.address);
    this.proxy.cut();
    await link.close();
    await old.stop();
  }
}

export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const began = performance.now(); !(await holds()); await sleep(50)) {
    if (performance.now() - began > patienceMs) throw new Error(`Waited in vain for ${what}`);
  }
}

export async function ask(
  server: OwnService,
  command: string,
  words: readonly string[] = [],
): Promise<unknown> {
  const client = new Redis(server.address, { maxRetriesPerRequest: 3 });
  client.on("error", () => {});
  try {
    return await client.call(command, [...words]);
  } finally {
    client.disconnect();
  }
}

async function replicated(server: OwnService): Promise<number> {
  return numberIn(String(await ask(server, "INFO", ["replication"])), "master_repl_offset");
}

/** `name:12` or `name:count=12,…`. */
function numberIn(info: string, name: string): number {
  const line = info.split("\r\n").find((each) => each.startsWith(`${name}:`));
  return Number(/(\d+)/.exec(line?.slice(name.length) ?? "")?.[1] ?? 0);
}
