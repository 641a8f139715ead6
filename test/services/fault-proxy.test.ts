import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { apiKey, FaultProxy, kafkaRequest } from "./fault-proxy.ts";

let service: Server;
let received: string;
let proxy: FaultProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  received = "";
  service = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received += chunk;
      socket.write(`re:${chunk}`);
    });
  });
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  proxy = await FaultProxy.listen(`127.0.0.1:${(service.address() as AddressInfo).port}`);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  service.close();
});

test("forwards both ways", async () => {
  const client = await connected();
  expect(await ask(client, "a")).toBe("re:a");
});

test("cut ends what is open and serves what comes after", async () => {
  const client = await connected();
  await ask(client, "a");
  const end = once(client, "close");
  proxy.cut();
  await end;
  expect(await ask(await connected(), "b")).toBe("re:b");
});

test("a black hole accepts and swallows until it is healed", async () => {
  const before = await connected();
  await ask(before, "a");
  proxy.blackHole();
  const during = await connected();
  expect(await askBriefly(before, "b")).toBe("nothing");
  expect(await askBriefly(during, "c")).toBe("nothing");
  expect(received).toBe("a");
  proxy.heal();
  await closed(before);
  expect(await ask(await connected(), "d")).toBe("re:d");
});

test("dropped replies belong to requests that got through", async () => {
  const client = await connected();
  proxy.dropReplies();
  expect(await askBriefly(client, "a")).toBe("nothing");
  expect(received).toBe("a");
});

test("loseReply takes the reply to one request and cuts its connection only", async () => {
  const other = await connected();
  const client = await connected();
  const lost = proxy.loseReply((request) => request.includes("write"));
  expect(await ask(other, "read")).toBe("re:read");
  client.write("write");
  await lost;
  await closed(client);
  expect(received).toBe("readwrite");
  expect(await ask(other, "write")).toBe("re:write");
});

test("refuse ends old and new connections", async () => {
  const client = await connected();
  await ask(client, "a");
  proxy.refuse();
  await closed(client);
  await closed(await connected());
});

test("delayed replies come later and in order", async () => {
  const client = await connected();
  proxy.delayReplies(80);
  const began = performance.now();
  expect(await ask(client, "a")).toBe("re:a");
  expect(performance.now() - began).toBeGreaterThan(75);
  client.write("b");
  await sleep(20);
  proxy.delayReplies(0);
  client.write("c");
  let got = "";
  client.on("data", (chunk) => {
    got += chunk;
  });
  await sleep(150);
  expect(got).toBe("re:bre:c");
});

test("kafkaRequest finds a request among several in one chunk", () => {
  const frame = (api: number) => Buffer.from([0, 0, 0, 4, 0, api, 0, 0]);
  const chunk = Buffer.concat([frame(apiKey.heartbeat), frame(apiKey.produce)]);
  expect(kafkaRequest(apiKey.produce)(chunk)).toBe(true);
  expect(kafkaRequest(apiKey.fetch)(chunk)).toBe(false);
});

async function connected(): Promise<Socket> {
  const client = connect(proxy.port, "127.0.0.1");
  client.on("error", () => {});
  clients.push(client);
  await once(client, "connect");
  return client;
}

async function ask(client: Socket, request: string): Promise<string> {
  const reply = once(client, "data");
  client.write(request);
  return String((await reply)[0]);
}

function askBriefly(client: Socket, request: string): Promise<string> {
  return Promise.race([ask(client, request), sleep(150, "nothing")]);
}

async function closed(client: Socket): Promise<void> {
  client.resume();
  if (!client.closed) await once(client, "close");
}
