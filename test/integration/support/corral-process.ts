import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** One `corral run` as users start it: a process of its own, spoken to by signals, heard by its log. */
export class CorralProcess {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #waiting: { readonly match: (line: string) => boolean; readonly done: () => void }[] = [];
  #ended = false;

  constructor(arguments_: readonly string[], environment: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, ["bin/corral.js", ...arguments_], {
      env: {
        PATH: process.env.PATH ?? "",
        CORRAL_HTTP_PORT: "0",
        CORRAL_HTTP_HOST: "127.0.0.1",
        ...environment,
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    running.add(this.#child);
    this.#child.once("exit", () => {
      this.#ended = true;
      running.delete(this.#child);
      for (const { done } of this.#waiting.splice(0)) done();
    });
    createInterface({ input: this.#child.stderr! }).on("line", (line) => {
      this.lines.push(line);
      for (const waiter of [...this.#waiting]) {
        if (!waiter.match(line)) continue;
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        waiter.done();
      }
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get running(): boolean {
    return !this.#ended;
  }

  /** Resolves once the process has said that it is ready; rejects when it ends before. */
  ready(): Promise<void> {
    return this.says('"msg":"ready"');
  }

  /** Resolves once a log line holds the text. */
  async says(text: string): Promise<void> {
    if (this.lines.some((line) => line.includes(text))) return;
    if (!this.#ended) {
      await new Promise<void>((done) => this.#waiting.push({ match: (line) => line.includes(text), done }));
    }
    if (!this.lines.some((line) => line.includes(text))) {
      throw new Error(`The process ended before it said ${text}:\n${this.lines.slice(-20).join("\n")}`);
    }
  }

  /** The port its log names for health and metrics. */
  async httpPort(): Promise<number> {
    await this.says('"msg":"starting"');
    const line = this.lines.find((each) => each.includes('"msg":"starting"'))!;
    return (JSON.parse(line) as { port: number }).port;
  }

  /** The sum of a metric over its labels; 0 where nothing was counted yet. */
  async metric(name: string): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${await this.httpPort()}/metrics`);
    const lines = (await answer.text()).split("\n").filter((line) => line.split(/[ {]/, 1)[0] === name);
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves to its exit code once it has ended by itself. */
  async exited(): Promise<number | null> {
    if (!this.#ended) await once(this.#child, "exit");
    return this.#child.exitCode;
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Ends it as an orchestrator would; resolves to its exit code. */
  async terminate(): Promise<number | null> {
    await this.#end("SIGTERM");
    return this.#child.exitCode;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#ended) return;
    const exit = once(this.#child, "exit");
    this.#child.kill(signal);
    await exit;
  }
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
