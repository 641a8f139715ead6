/**
 * Notices a pipeline that falls silent: no raw record for a configured time (nothing comes from the sensors), or none in
 * the enriched topic, where watermark records come every second (no enricher works). Both are looked at from outside, by
 * the ends of the topics, so that every process sees the same, whatever it owns.
 */
import type { EngineFinding } from "../alerts/engine-alert.ts";
import type { Clock } from "../clock.ts";
import type { CheckResult } from "../telemetry/readiness.ts";
import type { Log } from "../transport/log.ts";

export interface SilenceWatchOptions {
  readonly log: Pick<Log, "bounds">;
  readonly clock: Clock;
  readonly topics: { readonly raw: string; readonly enriched: string };
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Says it where alerts are read. A rejection is tried again at the next look. */
  readonly report: (finding: EngineFinding) => Promise<void>;
}

interface Watched {
  readonly topic: string;
  readonly what: string;
  end: number;
  /** Monotonic time at which the end was first seen there. */
  since: number;
  /** The same by the clock, epoch milliseconds. */
  from: number;
  told: boolean;
}

const looksInTimeout = 10;
const longestPauseMs = 10_000;

export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  readonly #watched: readonly Watched[];
  #stop: () => void = () => {};

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
    const { clock, topics } = options;
    const start = { end: Number.NaN, since: clock.monotonic(), from: clock.now(), told: false };
    this.#watched = [
      { ...start, topic: topics.raw, what: "no raw record" },
      { ...start, topic: topics.enriched, what: "no enriched record and no watermark" },
    ];
  }

  start(): void {
    const { clock, timeoutMs } = this.#options;
    let looking = false;
    this.#stop = clock.every(Math.min(longestPauseMs, Math.ceil(timeoutMs / looksInTimeout)), () => {
      if (looking) return;
      looking = true;
      // A log that is away is told of by another check.
      void this.look()
        .catch(() => {})
        .finally(() => {
          looking = false;
        });
    });
  }

  stop(): void {
    this.#stop();
  }

  /** Looks at the topics' ends, and reports a silence once. Throws TransientError. */
  async look(): Promise<void> {
    const { log, clock, report } = this.#options;
    for (const watched of this.#watched) {
      const ends = [...(await log.bounds(watched.topic)).values()];
      const end = ends.reduce((sum, { high }) => sum + high, 0);
      if (end !== watched.end) {
        Object.assign(watched, { end, since: clock.monotonic(), from: clock.now(), told: false });
      } else if (!watched.told && this.#isSilent(watched)) {
        await report(this.#findingOf(watched));
        watched.told = true;
      }
    }
  }

  check(): CheckResult {
    const silent = this.#watched.filter((watched) => this.#isSilent(watched));
    if (silent.length === 0) return { ok: true, detail: "records and watermarks come" };
    return { ok: false, detail: silent.map((watched) => this.#sentence(watched)).join("; ") };
  }

  #isSilent({ since }: Watched): boolean {
    return this.#options.clock.monotonic() - since > this.#options.timeoutMs;
  }

  #sentence({ what, topic, from }: Watched): string {
    return `${what} in ${topic} since ${new Date(from).toISOString()}`;
  }

  #findingOf(watched: Watched): EngineFinding {
    return {
      rule: "corral_pipeline_silent",
      name: "Pipeline Silent",
      severity: "high",
      group: { topic: watched.topic },
      identity: String(watched.end),
      at: watched.from,
      reason: `${this.#sentence(watched)}: nothing can be detected`,
    };
  }
}
