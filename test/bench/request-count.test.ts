import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RequestCount } from "../../bench/support/request-count.ts";

let service: Server;
let count: RequestCount;
let received: string;

beforeEach(async () => {
  received = "";
  service = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received += chunk;
      socket.write("+OK\r\n");
    });
  });
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  count = await RequestCount.listen(`redis://127.0.0.1:${(service.address() as AddressInfo).port}`);
});

afterEach(async () => {
  await count.close();
  service.close();
});

test("requests of a pipeline are counted one by one, whatever their values look like", async () => {
  await send([request("GET", "a"), request("SET", "a", "*2\r\n$3\r\n"), request("GET", "")]);
  expect(count.requests).toBe(3);
});

test("a request that is cut anywhere counts once", async () => {
  await send([...request("SET", "key", "value\r\n*1\r\n")]);
  expect(count.requests).toBe(1);
});

/** Resolves when the service has all of it; each part is a write of its own. */
async function send(parts: readonly string[]): Promise<void> {
  const client = connect({ port: Number(new URL(count.address).port), host: "127.0.0.1", noDelay: true });
  await once(client, "connect");
  for (const part of parts) {
    client.write(part);
    await sleep(1);
  }
  const all = parts.join("");
  while (received.length < all.length) await sleep(1);
  expect(received).toBe(all);
  client.destroy();
}

function request(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}
