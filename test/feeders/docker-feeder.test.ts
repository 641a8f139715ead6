/** The feeder against a server on a unix socket that plays the Docker Engine. */
import { createServer, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TransientError } from "../../src/errors.ts";
import { dockerFeeder } from "../../src/feeders/docker-feeder.ts";
import { Folder } from "../cli/support.ts";
import { running, until } from "./support.ts";

const id = (digit: string) => digit.repeat(64);
const key = (digit: string) => `docker/container/eu/${digit.repeat(12)}`;

function container(digit: string, change: object = {}) {
  return {
    Id: id(digit),
    Name: "/web",
    Image: "sha256:config",
    Config: {
      Image: "shop/web:1",
      Labels: { "com.docker.compose.project": "shop", "com.docker.compose.service": "web" },
    },
    State: {
      Status: "running",
      Running: true,
      StartedAt: "2026-01-05T10:00:00.5Z",
      FinishedAt: "0001-01-01T00:00:00Z",
    },
    RestartCount: 2,
    NetworkSettings: { Networks: { shop_default: { IPAddress: "172.18.0.3", GlobalIPv6Address: "" } } },
    ...change,
  };
}

class Docker {
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  containers = new Map<string, object>();

  constructor() {
    this.#server = createServer((request, response) => {
      const { pathname } = new URL(request.url!, "http://docker");
      const inspected = /^\/containers\/([0-9a-f]+)\/json$/.exec(pathname)?.[1];
      if (pathname === "/events") {
        response.writeHead(200).flushHeaders();
        this.#streams.add(response);
        response.once("close", () => this.#streams.delete(response));
      } else if (pathname === "/info") response.end(JSON.stringify({ Name: "host-1" }));
      else if (pathname === "/containers/json")
        response.end(JSON.stringify([...this.containers.keys()].map((Id) => ({ Id }))));
      else if (pathname.startsWith("/images/"))
        response.end(JSON.stringify({ RepoDigests: ["shop/web@sha256:abc"] }));
      else if (inspected !== undefined && this.containers.has(inspected))
        response.end(JSON.stringify(this.containers.get(inspected)));
      else response.writeHead(404).end(JSON.stringify({ message: "No such container" }));
    });
  }

  start(path: string): Promise<void> {
    return new Promise((resolve) => this.#server.listen(path, resolve));
  }

  tell(event: object): void {
    const text = JSON.stringify({
      Type: "container",
      time: 1_767_607_260,
      timeNano: 1_767_607_260_123_456_800,
      ...event,
    });
    // In two pieces, as it may come.
    for (const stream of this.#streams) {
      stream.write(text.slice(0, 20));
      stream.write(`${text.slice(20)}\n`);
    }
  }

  breakStreams(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

let folder: Folder;
let docker: Docker;
let socket: string;
beforeEach(async () => {
  folder = new Folder();
  socket = join(folder.path, "docker.sock");
  docker = new Docker();
  await docker.start(socket);
  docker.containers.set(id("a"), container("a"));
});
afterEach(async () => {
  await docker.stop();
  folder.remove();
});

it("lists once: image and its digest, name, host, workload of Compose, addresses", async () => {
  const { written, ended } = running("docker", dockerFeeder(socket), { once: true });
  await ended;
  expect([...written]).toEqual([
    [
      key("a"),
      {
        kind: "container",
        source: "docker",
        learnt: false,
        updated_at: expect.any(Number),
        cluster: "eu",
        container_id: id("a"),
        name: "web",
        workload: "web",
        workload_kind: "compose",
        namespace: "shop",
        node: "host-1",
        image: "shop/web:1",
        image_digest: "sha256:abc",
        runtime: "docker",
        labels: { "com.docker.compose.project": "shop", "com.docker.compose.service": "web" },
        ips: ["172.18.0.3"],
        state: "running",
        started_at: Date.parse("2026-01-05T10:00:00.5Z"),
        restarts: 2,
      },
    ],
  ]);
});

it("follows what happens, and tells starts and stops as events", async () => {
  const { written, events, lists, stop } = running("docker", dockerFeeder(socket));
  await until(() => lists() === 1);
  docker.containers.set(id("b"), container("b"));
  docker.tell({ Action: "start", Actor: { ID: id("b"), Attributes: { image: "shop/web:1", name: "web" } } });
  await until(() => written.has(key("b")) && events.length === 1);
  docker.tell({ Action: "exec_create: sh", Actor: { ID: id("b"), Attributes: {} } });
  docker.containers.delete(id("b"));
  docker.tell({ Action: "die", Actor: { ID: id("b"), Attributes: { exitCode: "137" } } });
  await until(() => written.get(key("b"))?.state === "gone" && events.length === 2);
  expect(events).toMatchObject([
    {
      id: `docker:${id("b")}:start:1767607260123`,
      timestamp: 1_767_607_260_123,
      type: "container_start",
      container_id: id("b"),
      enrichment: { workload: "web", cluster: "eu" },
    },
    // It is gone already (--rm): told as it was known.
    {
      type: "container_stop",
      details: { exit_code: 137, container_name: "web" },
      enrichment: { image: "shop/web:1", workload: "web" },
    },
  ]);
  await stop();
});

it("lists again when the stream breaks, so that nothing is missed", async () => {
  const { written, lists, failures, stop } = running("docker", dockerFeeder(socket));
  await until(() => lists() === 1);
  docker.containers = new Map([[id("c"), container("c")]]);
  docker.breakStreams();
  await until(() => lists() === 2 && written.has(key("c")));
  expect(written.get(key("a"))).toMatchObject({ state: "gone" });
  expect(failures).toHaveLength(1);
  await stop();
});

it("says what must answer, where nobody does", async () => {
  await docker.stop();
  const { ended } = running("docker", dockerFeeder(socket), { once: true });
  await expect(ended).rejects.toThrow(TransientError);
  await expect(ended).rejects.toThrow(/docker\.sock must answer/);
  docker = new Docker();
  await docker.start(socket);
});
