/**
 * Keeps a flood of garbage from filling the dead-letter topic: of so many a minute each is written, of more only the
 * number is known, and an alert says so once a minute. One for each role of a process.
 */
import type { EngineFinding } from "../alerts/engine-alert.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/settings.ts";
import { topicName } from "../config/topic-name.ts";
import type { Metrics } from "../telemetry/metrics.ts";

export interface DeadLetterGateOptions {
  readonly perMinute: number;
  readonly stage: "enrich" | "correlate";
  readonly topic: string;
  readonly clock: Clock;
  /** Called for each letter that is not written. */
  readonly suppressed: () => void;
}

const minute = 60_000;

export function deadLetterGate(
  stage: DeadLetterGateOptions["stage"],
  config: Config,
  clock: Clock,
  metrics: Pick<Metrics, "deadLettersSuppressed">,
): DeadLetterGate {
  return new DeadLetterGate({
    perMinute: config.deadLetters.perMinute,
    stage,
    topic: topicName(config, "deadLetter"),
    clock,
    suppressed: () => metrics.deadLettersSuppressed.inc({ stage }),
  });
}

export class DeadLetterGate {
  readonly #options: DeadLetterGateOptions;
  #minute = Number.NaN;
  #count = 0;
  #told = false;

  constructor(options: DeadLetterGateOptions) {
    this.#options = options;
  }

  /** Whether one more letter may be written. */
  admits(): boolean {
    const { clock, perMinute, suppressed } = this.#options;
    const now = Math.floor(clock.now() / minute);
    if (now !== this.#minute) {
      this.#minute = now;
      this.#count = 0;
      this.#told = false;
    }
    this.#count += 1;
    if (this.#count <= perMinute) return true;
    suppressed();
    return false;
  }

  /** What is to be said of this minute, once; null: nothing. */
  finding(): EngineFinding | null {
    const { perMinute, stage, topic } = this.#options;
    if (this.#told || this.#count <= perMinute) return null;
    this.#told = true;
    return {
      rule: "corral_dead_letter_flood",
      name: "Dead Letters Suppressed",
      severity: "high",
      group: { stage },
      identity: `${this.#minute}`,
      at: this.#minute * minute,
      reason: `${stage} met more than ${perMinute} records a minute that cannot be processed: the others are counted and not written to ${topic}`,
    };
  }
}
