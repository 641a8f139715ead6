/** The feeder against a server that plays the cluster API: lists, and watches that can be told what happens. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openKubernetes } from "../../src/feeders/kubernetes-api.ts";
import { kubernetesFeeder } from "../../src/feeders/kubernetes-feeder.ts";
import { Folder } from "../cli/support.ts";
import { running, until } from "./support.ts";

const id = (digit: string) => digit.repeat(64);
/** A minute of some time ago, as the API writes it: what ended long ago would not be written. */
const begun = Math.floor(Date.now() / 1_000) * 1_000 - 600_000;
const minute = (n: number) => new Date(begun + n * 60_000).toISOString().replace(".000Z", "Z");
const started = minute(0);

function pod(name: string, containerId: string, change: object = {}) {
  return {
    metadata: {
      name,
      namespace: "shop",
      uid: name,
      labels: { app: "web" },
      ownerReferences: [
        { kind: "ReplicaSet", name: "web-7d9", controller: true, apiVersion: "apps/v1", uid: "r" },
      ],
    },
    spec: {
      nodeName: "n1",
      serviceAccountName: "web",
      containers: [{ name: "app", image: "shop/web:1", readinessProbe: {} }],
    },
    status: {
      phase: "Running",
      podIP: "10.0.0.5",
      podIPs: [{ ip: "10.0.0.5" }, { ip: "fd00::5" }],
      startTime: started,
      containerStatuses: [
        {
          name: "app",
          containerID: `containerd://${containerId}`,
          image: "docker.io/shop/web:1",
          imageID: "docker.io/shop/web@sha256:abc",
          ready: false,
          restartCount: 0,
          state: { running: { startedAt: started } },
          ...change,
        },
      ],
    },
  };
}

class Cluster {
  readonly #server: Server;
  readonly #watches = new Map<string, Set<ServerResponse>>();
  /** Watches opened so far. */
  opened = 0;
  failing = 0;
  items: Record<string, object[]> = {
    pods: [pod("web-0", id("a"))],
    services: [{ metadata: { name: "web", namespace: "shop" }, spec: { clusterIPs: ["10.96.0.3"] } }],
    nodes: [
      {
        metadata: { name: "n1" },
        status: {
          addresses: [
            { type: "InternalIP", address: "192.0.2.10" },
            { type: "Hostname", address: "n1" },
          ],
        },
      },
    ],
  };

  constructor() {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url!, "http://cluster");
      const last = url.pathname.split("/").at(-1)!;
      response.setHeader("content-type", "application/json");
      const owner = {
        "web-7d9": { kind: "Deployment", name: "web", controller: true },
        "nightly-1": { kind: "CronJob", name: "nightly", controller: true },
      }[last];
      if (this.failing > 0) {
        this.failing -= 1;
        response.writeHead(500).end("{}");
      } else if (owner !== undefined) {
        response.end(
          JSON.stringify({
            metadata: { name: last, ownerReferences: [{ ...owner, apiVersion: "v1", uid: "u" }] },
          }),
        );
      } else if (url.searchParams.get("watch") === "true") {
        response.writeHead(200).flushHeaders();
        this.opened += 1;
        const open = this.#watches.get(last) ?? new Set();
        this.#watches.set(last, open.add(response));
        response.once("close", () => open.delete(response));
      } else if (this.items[last] !== undefined) {
        response.end(JSON.stringify({ metadata: { resourceVersion: "7" }, items: this.items[last] }));
      } else response.writeHead(404).end("{}");
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  watched(kind: string): boolean {
    return (this.#watches.get(kind)?.size ?? 0) > 0;
  }

  tell(kind: string, type: string, object: object): void {
    for (const watch of this.#watches.get(kind)!) watch.write(`${JSON.stringify({ type, object })}\n`);
  }

  breakWatches(kind: string): void {
    for (const watch of this.#watches.get(kind)!) watch.destroy();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const folder = new Folder();
let cluster: Cluster;
let kubeconfig: string;
beforeEach(async () => {
  cluster = new Cluster();
  const server = await cluster.start();
  kubeconfig = folder.file(
    "kubeconfig",
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: {} }],
    }),
  );
});
afterEach(() => cluster.stop());

async function feeder() {
  return kubernetesFeeder(await openKubernetes(kubeconfig));
}

const podKey = "kubernetes/pod/eu/shop/web-0";
const containerKey = (digit: string) => `kubernetes/container/eu/${digit.repeat(12)}`;

it("lists once: pods with their owners, containers, services and nodes", async () => {
  const { written, ended, lists } = running("kubernetes", await feeder(), { once: true });
  await ended;
  expect(lists()).toBe(1);
  expect(Object.fromEntries(written)).toMatchObject({
    [podKey]: {
      kind: "pod",
      cluster: "eu",
      node: "n1",
      workload: "web",
      workload_kind: "Deployment",
      owners: [
        { kind: "ReplicaSet", name: "web-7d9" },
        { kind: "Deployment", name: "web" },
      ],
      service_account: "web",
      labels: { app: "web" },
      ips: ["10.0.0.5", "fd00::5"],
      container_id: id("a"),
      state: "running",
    },
    [containerKey("a")]: {
      kind: "container",
      name: "app",
      namespace: "shop",
      pod: "web-0",
      image: "shop/web:1",
      image_digest: "sha256:abc",
      runtime: "containerd",
      container_id: id("a"),
      state: "running",
      started_at: begun,
      restarts: 0,
    },
    "kubernetes/service/eu/shop/web": { kind: "service", ips: ["10.96.0.3"] },
    "kubernetes/node/eu/n1": { kind: "node", ips: ["192.0.2.10"] },
  });
  expect(written.size).toBe(4);
});

it("ends what it wrote in an earlier life and what is no longer there; takes out what is long over", async () => {
  const gone = {
    kind: "pod",
    source: "kubernetes",
    learnt: false,
    cluster: "eu",
    namespace: "shop",
    updated_at: 1,
  } as const;
  const { written, ended } = running("kubernetes", await feeder(), {
    once: true,
    recalled: [
      ["kubernetes/pod/eu/shop/gone", { ...gone, pod: "gone" }],
      ["kubernetes/pod/eu/shop/old", { ...gone, pod: "old", ended_at: 5 }],
      [
        "docker/container/eu/bbbbbbbbbbbb",
        { ...gone, kind: "container", source: "docker", container_id: "b".repeat(12) },
      ],
    ],
  });
  await ended;
  expect(written.get("kubernetes/pod/eu/shop/gone")).toMatchObject({
    state: "gone",
    ended_at: expect.any(Number),
  });
  expect(written.get("kubernetes/pod/eu/shop/old")).toBeNull();
  expect(written.has("docker/container/eu/bbbbbbbbbbbb")).toBe(false);
});

it("follows restarts and ends, and tells them as events; an object told again is nothing new", async () => {
  const { written, events, lists, writes, stop } = running("kubernetes", await feeder());
  await until(() => lists() === 1 && cluster.watched("pods"));
  const before = writes();
  cluster.tell("pods", "MODIFIED", pod("web-0", id("a")));
  const again = {
    ready: true,
    restartCount: 1,
    state: { running: { startedAt: minute(5) } },
    lastState: {
      terminated: {
        containerID: `containerd://${id("a")}`,
        startedAt: started,
        finishedAt: minute(4),
        exitCode: 137,
        reason: "OOMKilled",
      },
    },
  };
  cluster.tell("pods", "MODIFIED", pod("web-0", id("b"), again));
  await until(() => written.has(containerKey("b")) && events.length === 3);
  expect(writes() - before).toBe(3);
  expect(written.get(containerKey("a"))).toMatchObject({
    state: "stopped",
    ended_at: begun + 240_000,
  });
  expect(written.get(containerKey("b"))).toMatchObject({ previous_container: id("a"), restarts: 1 });
  expect(written.get(podKey)).toMatchObject({ container_id: id("b") });
  expect(events).toMatchObject([
    {
      type: "container_start",
      container_id: id("b"),
      details: { container_name: "app", readiness_probe: true },
      enrichment: { pod: "web-0", workload: "web", cluster: "eu", image: "shop/web:1" },
    },
    { type: "container_ready", container_id: id("b") },
    {
      type: "container_stop",
      container_id: id("a"),
      timestamp: begun + 240_000,
      details: { exit_code: 137, reason: "OOMKilled" },
    },
  ]);
  cluster.tell("pods", "DELETED", pod("web-0", id("b"), again));
  await until(() => written.get(podKey)?.state === "gone");
  expect(written.get(containerKey("b"))).toMatchObject({ state: "gone" });
  await stop();
});

it("asks again after errors, of lists and of watches, and misses nothing meanwhile", async () => {
  cluster.failing = 4;
  const { written, failures, lists, stop } = running("kubernetes", await feeder());
  await until(() => lists() === 1 && cluster.watched("pods"));
  expect(failures.length).toBeGreaterThan(0);
  expect(written.get(podKey)).toMatchObject({ workload: "web" });
  const opened = cluster.opened;
  cluster.breakWatches("pods");
  await until(() => cluster.opened > opened);
  cluster.tell("pods", "ADDED", pod("web-1", id("c")));
  await until(() => written.has(containerKey("c")));
  await stop();
});

it("leaves out addresses that are the node's, and names a pod that nobody owns as its own workload", async () => {
  const alone = pod("agent", id("d"));
  cluster.items.pods = [
    {
      ...alone,
      metadata: { name: "agent", namespace: "kube-system" },
      spec: { ...alone.spec, hostNetwork: true },
    },
  ];
  const { written, ended } = running("kubernetes", await feeder(), { once: true });
  await ended;
  const entry = written.get("kubernetes/pod/eu/kube-system/agent")!;
  expect(entry).toMatchObject({ workload: "agent", workload_kind: "Pod" });
  expect([entry.ips, entry.owners]).toEqual([undefined, undefined]);
});
