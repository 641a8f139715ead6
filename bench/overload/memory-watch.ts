/** Resident memory of processes, each second, as Linux tells it. */
import { readFile } from "node:fs/promises";

export interface WatchedProcess {
  readonly name: string;
  readonly pid: number;
}

export interface MemoryUse {
  readonly name: string;
  /** Highest of the first and of the last third of the samples, bytes. */
  readonly first: number;
  readonly last: number;
  readonly samples: number;
}

const sampleMs = 1_000;

export class MemoryWatch {
  readonly #processes: readonly WatchedProcess[];
  readonly #samples = new Map<string, number[]>();
  readonly #timer: NodeJS.Timeout;

  constructor(processes: readonly WatchedProcess[]) {
    this.#processes = processes;
    for (const { name } of processes) this.#samples.set(name, []);
    this.#timer = setInterval(() => void this.#sample(), sampleMs);
  }

  stop(): readonly MemoryUse[] {
    clearInterval(this.#timer);
    return [...this.#samples].map(([name, samples]) => {
      const third = Math.max(1, Math.floor(samples.length / 3));
      return {
        name,
        first: Math.max(0, ...samples.slice(0, third)),
        last: Math.max(0, ...samples.slice(-third)),
        samples: samples.length,
      };
    });
  }

  async #sample(): Promise<void> {
    for (const { name, pid } of this.#processes) {
      const bytes = await residentBytes(pid);
      if (bytes !== null) this.#samples.get(name)!.push(bytes);
    }
  }
}

/** Null: the process has gone. */
async function residentBytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
  return kib === undefined ? null : Number(kib) * 1_024;
}
