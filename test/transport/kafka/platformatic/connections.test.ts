import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { heartbeatV4 } from "@platformatic/kafka";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ask } from "../../../../src/transport/kafka/platformatic/ask.ts";
import { Connections } from "../../../../src/transport/kafka/platformatic/connections.ts";

const options = { brokers: [], clientId: "test" };
/** Takes connections and says nothing. */
let server: Server;
let address: { readonly host: string; readonly port: number };

beforeEach(async () => {
  server = createServer((socket) => void socket.resume()).listen(0, "127.0.0.1");
  await once(server, "listening");
  address = { host: "127.0.0.1", port: (server.address() as { port: number }).port };
});
afterEach(() => server.close());

test("The end of a client ends its connections and what waits for an answer, and it gets no new ones", async () => {
  const connections = new Connections(options);
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const connection = await connections.open(address);
  const closed = once((await accepted)[0], "close");
  const answer = ask(heartbeatV4.api, connection, "group", 1, "member");
  connections.end();
  await expect(answer).rejects.toThrow("Connection closed");
  await closed;
  await expect(connections.open(address)).rejects.toThrow("the client that opened it has ended");
});

test("What is being opened when a client ends is not opened any more", async () => {
  const connections = new Connections(options);
  const opening = connections.open(address);
  connections.end();
  await expect(opening).rejects.toThrow();
});

test("With what holds it a client ends, too; one that has ended leaves others alone", async () => {
  const all = new Connections(options);
  const [one, other] = [new Connections(options, all), new Connections(options, all)];
  one.end();
  await expect(one.open(address)).rejects.toThrow();
  const { socket } = await other.open(address);
  all.end();
  expect(socket.destroyed).toBe(true);
  await expect(other.open(address)).rejects.toThrow();
});

test("A broker that does not answer in time is given up with its connection", async () => {
  const connections = new Connections(options);
  const connection = await connections.open(address, 50);
  const closed = once(connection, "close");
  await expect(ask(heartbeatV4.api, connection, "group", 1, "member")).rejects.toThrow("timed out");
  await closed;
  connections.end();
});
