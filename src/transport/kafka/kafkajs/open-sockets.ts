/**
 * The connections of a client, so that none outlives it. The Kafka client opens two for one where two requests find the
 * old one gone, and one for a broker that it has just forgotten, as after a cut; it closes neither, and each keeps the
 * process alive. What is still under way when a client ends would open new ones.
 */
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ISocketFactory } from "kafkajs";

const endedText = "the client that opened it has ended";
/** As the client's own factory has it. */
const keepAliveMs = 60_000;

export class OpenSockets {
  readonly #open = new Set<Socket>();
  readonly #within: OpenSockets | undefined;
  #ended = false;

  /** `within`: ends these, too, when it ends. */
  constructor(within?: OpenSockets) {
    this.#within = within;
  }

  /** Makes the client's connections. Throws after `end`. */
  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.isEnded()) throw new Error(endedText);
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const socket = ssl
      ? connectTls({ host, port, ...servername, ...ssl }, onConnect)
      : connect({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveMs);
    this.#add(socket);
    return socket;
  };

  /** Ends what the client left open, for good; by the error it learns that its timers are of no use either. */
  end(): void {
    this.#ended = true;
    for (const socket of this.#open) {
      if (socket.writableEnded) socket.destroy();
      else socket.destroy(new Error(endedText));
    }
  }

  /** Then it opens no more. */
  isEnded(): boolean {
    if (this.#within?.isEnded()) return true;
    return this.#ended;
  }

  #add(socket: Socket): void {
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    if (this.#within !== undefined) this.#within.#add(socket);
  }
}
