import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { type KafkaOptions, type OwnKafka, startKafka } from "./kafka.ts";

/**
 * What the proxy does with bytes. `pass`: forwards. `black-hole`: accepts connections and swallows all they say.
 * `drop-replies`: requests get through, their replies do not. `refuse`: ends every connection at once.
 */
export type ProxyMode = "pass" | "black-hole" | "drop-replies" | "refuse";

/**
 * A TCP proxy on loopback that breaks connections the way networks do. Point a client at `port` instead of the
 * service. Redis and the registry need nothing else; for Kafka, whose clients go where the broker tells them, see
 * `startProxiedKafka`.
 */
export class FaultProxy {
  readonly port: number;
  #target: { readonly host: string; readonly port: number } | undefined;
  #mode: ProxyMode = "pass";
  #delayMs = 0;
  /** Which connections replies are held back on; undefined: all. */
  #delayed: ((request: Buffer) => boolean) | undefined;
  #watch: ReplyWatch | undefined;
  readonly #server: Server;
  readonly #links = new Set<Link>();

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (client) => this.#accept(client));
  }

  /** Listens on a free loopback port. `target` is `host:port` or a URL; it may be given later by `forwardTo`. */
  static async listen(target?: string): Promise<FaultProxy> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new FaultProxy(server);
    if (target !== undefined) proxy.forwardTo(target);
    return proxy;
  }

  /** Where new connections go. */
  forwardTo(target: string): void {
    const { hostname, port } = new URL(target.includes("://") ? target : `tcp://${target}`);
    if (port === "")
      throw new Error(`Cannot forward: the target must have a port: current value is ${target}`);
    this.#target = { host: hostname, port: Number(port) };
  }

  /** Ends all connections that are open now; new ones are served. */
  cut(): void {
    for (const link of this.#links) link.end();
  }

  /** From now on nothing gets through in either direction, and connecting still succeeds. */
  blackHole(): void {
    this.#mode = "black-hole";
  }

  /** From now on requests get through and are carried out, but no reply comes back. `cut` or `heal` ends it. */
  dropReplies(): void {
    this.#mode = "drop-replies";
  }

  /** Ends all connections and every new one, as when the service is down. */
  refuse(): void {
    this.#mode = "refuse";
    this.cut();
  }

  /**
   * Holds replies back for so long; 0 for none. With `of`, only those on connections that have sent such a request from
   * now on: clients of Kafka produce and fetch on different ones.
   */
  delayReplies(ms: number, of?: (request: Buffer) => boolean): void {
    this.#delayMs = ms;
    this.#delayed = of;
    for (const link of this.#links) link.delayed = false;
  }

  /** Back to forwarding. Connections that lost bytes meanwhile are cut: they cannot go on. */
  heal(): void {
    this.#mode = "pass";
    this.#delayMs = 0;
    for (const link of this.#links) if (link.lossy) link.end();
  }

  /**
   * Loses one reply: forwards the next request that `matches`, drops the reply when it comes, then cuts that
   * connection. Resolves after the cut, so the request has been answered by the service. Requests that are in
   * flight before it on the same connection lose their replies, too.
   */
  loseReply(matches: (request: Buffer) => boolean = () => true): Promise<void> {
    return new Promise((resolve) => {
      this.#watch = { matches, lost: resolve };
    });
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const link of this.#links) {
      link.end();
      link.server.destroy();
    }
    await closed;
  }

  #accept(client: Socket): void {
    client.on("error", () => {});
    if (this.#mode === "refuse" || this.#target === undefined) {
      client.destroy();
      return;
    }
    const link = new Link(client, connect(this.#target));
    this.#links.add(link);
    link.server.once("close", () => this.#links.delete(link));
    client.on("data", (chunk) => this.#onRequest(link, chunk));
    link.server.on("data", (chunk) => this.#onReply(link, chunk));
  }

  #onRequest(link: Link, chunk: Buffer): void {
    if (this.#mode === "black-hole") {
      link.lossy = true;
      return;
    }
    if (this.#watch?.matches(chunk)) {
      link.watch = this.#watch;
      this.#watch = undefined;
    }
    link.delayed ||= this.#delayed?.(chunk) === true;
    forward(chunk, link.client, link.server);
  }

  #onReply(link: Link, chunk: Buffer): void {
    if (link.watch !== undefined) {
      link.end();
      link.watch.lost();
      link.watch = undefined;
    } else if (this.#mode !== "pass") {
      link.lossy = true;
    } else {
      const delayMs = this.#delayed === undefined || link.delayed ? this.#delayMs : 0;
      if (delayMs === 0 && link.held === 0) forward(chunk, link.server, link.client);
      else link.later(delayMs, () => forward(chunk, link.server, link.client));
    }
  }
}

/** What `loseReply` waits for. */
interface ReplyWatch {
  readonly matches: (request: Buffer) => boolean;
  readonly lost: () => void;
}

/** For `loseReply` on Kafka: a request of this API key, e.g. `kafkaRequest(apiKey.produce)`. */
export function kafkaRequest(api: number): (request: Buffer) => boolean {
  return (request) => {
    // A chunk holds one or more frames: 4 bytes of length, then 2 of API key.
    for (let at = 0; at + 6 <= request.length; at += 4 + request.readInt32BE(at)) {
      if (request.readInt16BE(at + 4) === api) return true;
      if (request.readInt32BE(at) <= 0) return false;
    }
    return false;
  };
}

/** Kafka's numbers for the requests that fault tests care about. */
export const apiKey = { produce: 0, fetch: 1, offsetCommit: 8, joinGroup: 11, heartbeat: 12 } as const;

export interface ProxiedKafka {
  readonly kafka: OwnKafka;
  readonly proxy: FaultProxy;
  /** For the client under test; `kafka.address` is the way around the proxy. */
  readonly address: string;
  stop(): Promise<void>;
}

/** A broker of one's own behind a proxy: who connects to `address` is told that this is the broker's address. */
export async function startProxiedKafka(
  options: Omit<KafkaOptions, "advertisedPort"> = {},
): Promise<ProxiedKafka> {
  const proxy = await FaultProxy.listen();
  try {
    const kafka = await startKafka({ ...options, advertisedPort: proxy.port });
    proxy.forwardTo(kafka.behindProxy!);
    const stop = async () => {
      await proxy.close();
      await kafka.stop();
    };
    return { kafka, proxy, address: `127.0.0.1:${proxy.port}`, stop };
  } catch (error) {
    await proxy.close();
    throw error;
  }
}

/** One client's connection and the one to the service that belongs to it. */
class Link {
  readonly client: Socket;
  readonly server: Socket;
  /** Bytes were dropped, so what comes after them makes no sense. */
  lossy = false;
  /** Its replies are held back while replies are. */
  delayed = false;
  watch: ReplyWatch | undefined;
  /** Chunks that wait for their time. */
  held = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(client: Socket, server: Socket) {
    this.client = client;
    this.server = server;
    server.on("error", () => {});
    client.once("close", () => server.end());
    server.once("close", () => this.later(0, () => client.destroy()));
  }

  /** The client is cut off at once; what it has sent still reaches the service, which sees an orderly end. */
  end(): void {
    this.client.destroy();
    this.server.end();
  }

  /** Runs the actions in the order of their calls, none before its delay is over. */
  later(delayMs: number, action: () => void): void {
    const due = performance.now() + delayMs;
    this.held++;
    this.#tail = this.#tail.then(async () => {
      const left = due - performance.now();
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      this.held--;
      action();
    });
  }
}

function forward(chunk: Buffer, from: Socket, to: Socket): void {
  if (to.destroyed || !to.writable) return;
  if (to.write(chunk)) return;
  from.pause();
  const goOn = () => {
    to.off("drain", goOn).off("close", goOn);
    from.resume();
  };
  to.on("drain", goOn).on("close", goOn);
}
