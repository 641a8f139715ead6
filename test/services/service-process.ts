import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answering, type OwnService, type Probe, ServiceEnded } from "./service.ts";

export interface ProcessSpec {
  readonly name: string;
  readonly address: string;
  /** From `serviceFolder`; removed by `stop`. */
  readonly folder: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly probe: Probe;
}

/** Of a machine with nothing else to do they take ten seconds. */
const startLimitMs = 180_000;

/** A temporary folder for a service's data, settings and log (`service.log`). */
export function serviceFolder(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `corral-${name}-`));
}

/**
 * A service as a child of this process. It never outlives us, whatever we die of: beside each child runs a shell
 * that reads from a pipe of ours, and the end of that pipe makes it kill the child and remove the folder.
 */
export class ServiceProcess implements OwnService {
  readonly origin = "process";
  readonly address: string;
  readonly #spec: ProcessSpec;
  #child: ChildProcess | undefined;

  private constructor(spec: ProcessSpec) {
    this.#spec = spec;
    this.address = spec.address;
  }

  /** Resolves when the probe succeeds; on failure the log's tail is in the error, and nothing is left behind. */
  static async start(spec: ProcessSpec): Promise<ServiceProcess> {
    const service = new ServiceProcess(spec);
    try {
      await service.#launch();
    } catch (error) {
      await service.stop();
      throw error;
    }
    return service;
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async restart(): Promise<void> {
    await this.#end("SIGTERM");
    await this.#launch();
  }

  async pause(): Promise<void> {
    this.#child?.kill("SIGSTOP");
  }

  async resume(): Promise<void> {
    this.#child?.kill("SIGCONT");
  }

  async stop(): Promise<void> {
    await this.#end("SIGKILL");
    await rm(this.#spec.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async #launch(): Promise<void> {
    const { name, folder, command, args, env, probe } = this.#spec;
    const log = openSync(join(folder, "service.log"), "a");
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    child.unref();
    this.#child = child;
    const lost = new Promise<never>((_, reject) => {
      child.once("error", (error) => reject(new ServiceEnded(`Cannot run ${command}: ${error.message}`)));
      child.once("exit", (code, signal) =>
        reject(new ServiceEnded(`${name} ended with ${signal ?? code}:\n${tail(folder)}`)),
      );
    });
    lost.catch(() => {});
    watchOver(child, folder);
    await answering(probe, startLimitMs, `${name} does not answer`, lost).catch((error) => {
      throw error instanceof ServiceEnded ? error : new Error(`${error.message}\n${tail(folder)}`);
    });
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    child.kill("SIGCONT");
    const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await exited;
    clearTimeout(timer);
  }
}

function watchOver(child: ChildProcess, folder: string): void {
  if (child.pid === undefined) return;
  const script = 'read -r _; kill -KILL "$1" 2>/dev/null; sleep 0.3; rm -rf "$2"';
  const watchdog = spawn("/bin/sh", ["-c", script, "watchdog", String(child.pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    // Its own session: an interrupt from the terminal must not end it before its work.
    detached: true,
  });
  watchdog.on("error", () => {});
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void }).unref();
  child.once("exit", () => watchdog.kill("SIGKILL"));
}

function tail(folder: string): string {
  const lines = readFileSync(join(folder, "service.log"), "utf8").trimEnd().split("\n");
  return lines.slice(-30).join("\n");
}
