/**
 * A proxy on loopback in front of Redis that counts requests: what clients send as one RESP array each, whatever a script
 * does inside. The server's own counts do not tell these apart. It costs time of its own: figures of CPU and latency come
 * from runs without it.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class RequestCount {
  requests = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, host: string, port: number) {
    this.#server = server;
    server.on("connection", (client) => this.#join(client, connect({ host, port, noDelay: true })));
  }

  /** `target`: `redis://host:port`. */
  static async listen(target: string): Promise<RequestCount> {
    const { hostname, port } = new URL(target);
    const server = createServer({ noDelay: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new RequestCount(server, hostname, Number(port));
  }

  /** `redis://host:port` for the clients that are to be counted. */
  get address(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket, redis: Socket): void {
    const heads = new RequestHeads();
    client.on("data", (chunk) => {
      this.requests += heads.in(chunk);
    });
    client.pipe(redis).pipe(client);
    for (const [socket, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

const lineFeed = 10;

/** Finds where requests begin (`*<parts>`) in a stream that is cut anywhere, passing over the values (`$<bytes>`). */
class RequestHeads {
  #line = "";
  /** Bytes of a value that are still to come. */
  #value = 0;

  in(chunk: Buffer): number {
    let heads = 0;
    for (let at = 0; at < chunk.length; ) {
      if (this.#value > 0) {
        const passed = Math.min(this.#value, chunk.length - at);
        this.#value -= passed;
        at += passed;
        continue;
      }
      const end = chunk.indexOf(lineFeed, at) + 1;
      const to = end === 0 ? chunk.length : end;
      this.#line += chunk.toString("latin1", at, to);
      at = to;
      if (end === 0) break;
      if (this.#line.startsWith("*")) heads += 1;
      else this.#value = Number(this.#line.slice(1)) + "\r\n".length;
      this.#line = "";
    }
    return heads;
  }
}
