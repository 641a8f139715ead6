/**
 * The connections of a client, so that none outlives it. The Kafka client opens two for one where two requests find the
 * old one gone, and one for a broker that it has just forgotten, as after a cut; it closes neither, and each keeps the
 * process alive.
 */
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ISocketFactory } from "kafkajs";

/** As the client's own factory has it. */
const keepAliveMs = 60_000;

export class OpenSockets {
  readonly #open = new Set<Socket>();
  readonly #within: OpenSockets | undefined;

  /** `within`: ends these, too, when it ends. */
  constructor(within?: OpenSockets) {
    this.#within = within;
  }

  /** Makes the client's connections. */
  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const socket = ssl
      ? connectTls({ host, port, ...servername, ...ssl }, onConnect)
      : connect({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveMs);
    this.#add(socket);
    return socket;
  };

  /** Ends what the client left open; by the error it learns that its timers are of no use either. */
  end(): void {
    for (const socket of this.#open) {
      if (socket.writableEnded) socket.destroy();
      else socket.destroy(new Error("the client that opened it has ended"));
    }
  }

  #add(socket: Socket): void {
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    if (this.#within !== undefined) this.#within.#add(socket);
  }
}
