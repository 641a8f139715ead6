import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { OpenSockets } from "../../../../src/transport/kafka/kafkajs/open-sockets.ts";

let server: Server;
let port: number;

beforeEach(async () => {
  server = createServer(() => {}).listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as { port: number }).port;
});
afterEach(() => server.close());

const connect = (sockets: OpenSockets) =>
  sockets.factory({ host: "127.0.0.1", port, ssl: false, onConnect: () => {} } as never);

test("The end of a client ends its connections, with an error that says why, and it gets no new ones", async () => {
  const sockets = new OpenSockets();
  const socket = connect(sockets);
  await once(socket, "connect");
  const ended = once(socket, "error");
  sockets.end();
  expect(String(await ended)).toContain("the client that opened it has ended");
  expect(() => connect(sockets)).toThrow("the client that opened it has ended");
});

test("With what holds it a client ends, too; one that has ended leaves others alone", () => {
  const all = new OpenSockets();
  const [one, other] = [new OpenSockets(all), new OpenSockets(all)];
  one.end();
  expect(() => connect(one)).toThrow();
  const socket = connect(other);
  socket.on("error", () => {});
  all.end();
  expect(socket.destroyed).toBe(true);
  expect(() => connect(other)).toThrow();
});
