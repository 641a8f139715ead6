import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { HttpServer, type HttpServerOptions } from "../../src/telemetry/http-server.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import type { Check } from "../../src/telemetry/readiness.ts";
import { version } from "../../src/version.ts";

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function start(options: Partial<HttpServerOptions> = {}) {
  const registry = createMetrics().registry;
  const server = new HttpServer({ host: "127.0.0.1", port: 0, registry, checks: {}, ...options });
  servers.push(server);
  const port = await server.start();
  return { server, port, get: (path: string) => fetch(`http://127.0.0.1:${port}${path}`) };
}

const fine: Check = async () => ({ ok: true, detail: "answers in 1 ms" });
const broken: Check = async () => ({ ok: false, detail: "no leader" });
const throwing: Check = () => {
  throw new Error("connection refused");
};
const hanging: Check = () => new Promise<never>(() => undefined);

describe("the HTTP server", () => {
  it("gives the metrics in Prometheus's text format", async () => {
    const metrics = createMetrics();
    metrics.alerts.inc({ rule: "shell", status: "open" }, 2);
    const { get } = await start({ registry: metrics.registry });
    const answer = await get("/metrics");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe(metrics.registry.contentType);
    expect(await answer.text()).toContain('corral_alerts_total{rule="shell",status="open"} 2\n');
  });

  it("is alive while the process is, whatever readiness says", async () => {
    const { get } = await start({ checks: { kafka: broken } });
    const answer = await get("/livez");
    expect([answer.status, await answer.text()]).toEqual([200, "ok\n"]);
  });

  it("says its version", async () => {
    const { get } = await start();
    expect(await (await get("/version")).json()).toMatchObject({ name: "corral", version });
  });

  it("knows nothing else", async () => {
    const { get } = await start();
    expect((await get("/")).status).toBe(404);
  });

  it("refuses a port that is taken, as a fault of the settings", async () => {
    const { port } = await start();
    const second = new HttpServer({
      host: "127.0.0.1",
      port,
      registry: createMetrics().registry,
      checks: {},
    });
    await expect(second.start()).rejects.toThrow(ConfigError);
    await second.stop();
  });

  it("stops at once under an open connection, and stopping twice is well", async () => {
    const { server, port } = await start();
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    await once(socket, "connect");
    socket.write("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "data");
    const before = performance.now();
    await Promise.all([server.stop(), once(socket, "close")]);
    await server.stop();
    expect(performance.now() - before).toBeLessThan(1_000);
    await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow();
  });
});

describe("readiness", () => {
  it("is given when every check is ok", async () => {
    const { get } = await start({ checks: { kafka: fine, redis: fine } });
    const answer = await get("/readyz");
    expect([answer.status, await answer.text()]).toEqual([200, "ok\n"]);
    expect(await (await get("/readyz?verbose")).text()).toBe(
      "[+]kafka ok: answers in 1 ms\n[+]redis ok: answers in 1 ms\nok\n",
    );
  });

  it("fails with 503 and the names of what failed or threw", async () => {
    const { get } = await start({ checks: { kafka: broken, rules: fine, redis: throwing } });
    const answer = await get("/readyz");
    expect([answer.status, await answer.text()]).toEqual([503, "not ready: kafka, redis\n"]);
    const verbose = await get("/readyz?verbose");
    expect(verbose.status).toBe(503);
    expect(await verbose.text()).toBe(
      "[-]kafka failed: no leader\n[+]rules ok: answers in 1 ms\n[-]redis failed: connection refused\nnot ready: kafka, redis\n",
    );
  });

  it("does not wait for a check that hangs", async () => {
    const { get } = await start({ checks: { kafka: fine, redis: hanging }, checkTimeoutMs: 50 });
    const before = performance.now();
    const answer = await get("/readyz?verbose");
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("[-]redis failed: no answer within 50 ms\n");
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it("does not start a check again while it hangs, and recovers with it", async () => {
    let calls = 0;
    const first = Promise.withResolvers<{ ok: boolean; detail: string }>();
    const slow: Check = () => (++calls === 1 ? first.promise : fine());
    const { get } = await start({ checks: { redis: slow }, checkTimeoutMs: 100 });
    expect((await get("/readyz")).status).toBe(503);
    expect((await get("/readyz")).status).toBe(503);
    expect(calls).toBe(1);
    first.resolve({ ok: false, detail: "late" });
    await first.promise;
    expect((await get("/readyz")).status).toBe(200);
    expect(calls).toBe(2);
  });
});
