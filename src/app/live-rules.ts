/**
 * The rules of a running process: rule files are looked at again and again, and a changed set that compiles as a whole
 * takes the place of the one before. A set with any fault is refused as a whole, and the last good one stays in force.
 *
 * Whoever judges or routes asks for `current` where it can change over: an enricher per batch, a correlator per slice.
 */
import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import { formatFault, messageOf, RuleError } from "../errors.ts";
import { compileRules, type RuleText, readRuleFile, ruleFiles } from "../rules/load-rules.ts";
import { retire } from "../rules/retired-rules.ts";
import { ruleChanges } from "../rules/rule-changes.ts";
import { type RuleSet, ruleSet } from "../rules/rule-set.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { loadOptions, type RuleSettings } from "./load-rule-set.ts";

export interface LiveRulesOptions {
  readonly settings: RuleSettings;
  readonly metrics: Pick<Metrics, "rulesLoaded" | "rulesRefused">;
  readonly logger: Logger;
}

/** What lies under the paths; `texts` null: they cannot be read. */
interface Found {
  /** The same for the same files with the same contents. */
  readonly hash: string;
  readonly texts: readonly RuleText[] | null;
  readonly error: unknown;
}

/** Files that are still being written differ when they are read again so much later, milliseconds. */
const settleMs = 200;

export class LiveRules {
  readonly #options: LiveRulesOptions;
  #current: RuleSet;
  /** Hash of what was last compiled or refused. */
  #seen: string;
  #refused = false;
  /** Faults of the set that was refused last: none is told twice. */
  #told: ReadonlySet<string> = new Set();
  #stop: () => void = () => {};

  /** Loads the rules. Throws RuleError with all faults of all files, ConfigError for a bad path or calendar. */
  constructor(options: LiveRulesOptions) {
    this.#options = options;
    const found = this.#read();
    this.#seen = found.hash;
    this.#current = this.#compile(found);
    this.#count();
  }

  get current(): RuleSet {
    return this.#current;
  }

  /** The files of now were refused: rules are in force that no longer stand there. */
  get refused(): boolean {
    return this.#refused;
  }

  /** Looks at the files every `everyMs` milliseconds until `stop`. */
  start(clock: Clock, everyMs: number): void {
    const stopped = new AbortController();
    let looking = false;
    const cancel = clock.every(everyMs, () => {
      if (looking) return;
      looking = true;
      void this.#look(clock, Math.min(settleMs, everyMs), stopped.signal).finally(() => {
        looking = false;
      });
    });
    this.#stop = () => {
      cancel();
      stopped.abort();
    };
  }

  stop(): void {
    this.#stop();
  }

  async #look(clock: Clock, waitMs: number, stopped: AbortSignal): Promise<void> {
    const found = this.#read();
    if (found.hash === this.#seen) return;
    await clock.sleep(waitMs, stopped);
    if (stopped.aborted || this.#read().hash !== found.hash) return;
    this.#seen = found.hash;
    try {
      this.#takeOver(this.#compile(found), clock.now());
    } catch (error) {
      this.#refuse(error);
    }
  }

  #takeOver(rules: RuleSet, now: number): void {
    const { logger } = this.#options;
    const before = this.#current;
    const wasRefused = this.#refused;
    this.#refused = false;
    this.#told = new Set();
    if (rules.version === before.version) {
      if (wasRefused) logger.info({ rules_version: before.version }, "rule files say again what is in force");
      return;
    }
    this.#current = retire(before, rules, now);
    this.#count();
    const { added, removed, renewed, reworded } = ruleChanges(before, rules);
    logger.info(
      { rules: rules.rules.length, rules_version: rules.version, added, removed, renewed, reworded },
      "rules changed",
    );
  }

  #refuse(error: unknown): void {
    const { logger, metrics } = this.#options;
    const faults = error instanceof RuleError ? error.faults.map(formatFault) : [messageOf(error)];
    this.#refused = true;
    metrics.rulesRefused.inc();
    const { version } = this.#current;
    for (const fault of faults) {
      if (this.#told.has(fault)) continue;
      logger.error(
        { fault, rules_version: version },
        "changed rules refused; the last good ones stay in force",
      );
    }
    this.#told = new Set(faults);
  }

  #compile({ texts, error }: Found): RuleSet {
    if (texts === null) throw error;
    return ruleSet(compileRules(texts, loadOptions(this.#options.settings)));
  }

  #read(): Found {
    try {
      const texts = this.#options.settings.rules.flatMap(ruleFiles).map(readRuleFile);
      const hash = createHash("sha256");
      for (const { file, text } of texts) hash.update(JSON.stringify([file, text]));
      return { hash: hash.digest("hex"), texts, error: null };
    } catch (error) {
      return { hash: `unreadable: ${messageOf(error)}`, texts: null, error };
    }
  }

  #count(): void {
    const { rulesLoaded } = this.#options.metrics;
    rulesLoaded.reset();
    rulesLoaded.set({ version: this.#current.version }, this.#current.rules.length);
  }
}
