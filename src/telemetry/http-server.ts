/**
 * What operators and orchestrators ask a process: `/metrics`, `/livez` (the event loop turns), `/readyz` (work can be
 * done; `?verbose` says what was checked, in the manner of Kubernetes), `/version`.
 */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import type { Registry } from "prom-client";
import { type Clock, systemClock } from "../clock.ts";
import { ConfigError, messageOf } from "../errors.ts";
import { version } from "../version.ts";
import { type Check, createReadiness, type NamedResult } from "./readiness.ts";

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly registry: Registry;
  /** What readiness depends on, by name. */
  readonly checks: Readonly<Record<string, Check>>;
  /** Longest time for one check; below the prober's own timeout, so that the answer names the culprit. */
  readonly checkTimeoutMs?: number;
  readonly clock?: Clock;
}

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#server = createAdaptorServer({ fetch: routes(options).fetch }) as Server;
  }

  /** Returns the port it listens on. Throws ConfigError when the address cannot be had. */
  async start(): Promise<number> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error) => {
        reject(
          new ConfigError(
            `Cannot listen for HTTP: http.host and http.port must be free: ${messageOf(error)}`,
          ),
        );
      });
      this.#server.listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts open connections: a prober keeps its own alive and would hold the process for minutes. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

function routes({ registry, checks, checkTimeoutMs = 900, clock = systemClock }: HttpServerOptions): Hono {
  const readiness = createReadiness(checks, checkTimeoutMs, clock);
  return new Hono()
    .get("/metrics", async (c) =>
      c.body(await registry.metrics(), 200, { "content-type": registry.contentType }),
    )
    .get("/livez", (c) => c.text("ok\n"))
    .get("/readyz", async (c) => {
      const results = await readiness();
      const ready = results.every(({ ok }) => ok);
      const text = c.req.query("verbose") === undefined ? short(results) : verbose(results);
      return c.text(text, ready ? 200 : 503, { "cache-control": "no-store" });
    })
    .get("/version", (c) => c.json({ name: "corral", version, node: process.version }))
    .onError((error, c) => c.text(`${messageOf(error)}\n`, 500)) as Hono;
}

function short(results: readonly NamedResult[]): string {
  const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
  return failed.length === 0 ? "ok\n" : `not ready: ${failed.join(", ")}\n`;
}

function verbose(results: readonly NamedResult[]): string {
  const lines = results.map(
    ({ name, ok, detail }) => `[${ok ? "+" : "-"}]${name} ${ok ? "ok" : "failed"}: ${detail}\n`,
  );
  return lines.join("") + short(results);
}
