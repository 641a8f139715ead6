/**
 * The rules of a running process: their source is looked at again and again, and a changed set that compiles as a whole
 * takes the place of the one before. A set with any fault is refused as a whole, and the last good one stays in force.
 *
 * Whoever judges or routes asks for `current` where it can change over: an enricher per batch, a correlator per slice.
 */
import type { Clock } from "../clock.ts";
import { formatFault, messageOf, RuleError } from "../errors.ts";
import { compileRules } from "../rules/load-rules.ts";
import { retire } from "../rules/retired-rules.ts";
import { ruleChanges } from "../rules/rule-changes.ts";
import { type RuleSet, ruleSet } from "../rules/rule-set.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { loadOptions, type RuleSettings } from "./load-rule-set.ts";
import type { FoundRules, RuleSource } from "./rule-source.ts";

export interface LiveRulesOptions {
  readonly source: RuleSource;
  readonly settings: Omit<RuleSettings, "rules">;
  readonly metrics: Pick<Metrics, "rulesLoaded" | "rulesRefused">;
  readonly logger: Logger;
}

/** What is still being written differs when it is read again so much later, milliseconds. */
const settleMs = 200;

export class LiveRules {
  readonly #options: LiveRulesOptions;
  #current: RuleSet;
  /** Hash of what was last compiled or refused. */
  #seen: string;
  #refused = false;
  /** Faults of the set that was refused last: none is told twice. */
  #told: ReadonlySet<string> = new Set();
  /** The source did not answer when it was last asked. */
  #away = false;
  #looking: Promise<void> | null = null;
  #stop: () => void = () => {};

  /**
   * Loads the rules. Throws RuleError with all faults of all texts, ConfigError for a bad path or calendar or half a push,
   * TransientError when the source does not answer.
   */
  static async open(options: LiveRulesOptions): Promise<LiveRules> {
    return new LiveRules(options, await options.source.read());
  }

  private constructor(options: LiveRulesOptions, found: FoundRules) {
    this.#options = options;
    this.#seen = found.hash;
    this.#current = this.#compile(found);
    this.#count();
    if (this.#current.rules.length === 0) options.logger.warn("there are no rules: nothing will be found");
  }

  get current(): RuleSet {
    return this.#current;
  }

  /** What the source says now was refused: rules are in force that no longer stand there. */
  get refused(): boolean {
    return this.#refused;
  }

  /** Looks at the source every `everyMs` milliseconds until `stop`. */
  start(clock: Clock, everyMs: number): void {
    const stopped = new AbortController();
    const cancel = clock.every(everyMs, () => {
      this.#looking ??= this.#look(clock, Math.min(settleMs, everyMs), stopped.signal).finally(() => {
        this.#looking = null;
      });
    });
    this.#stop = () => {
      cancel();
      stopped.abort();
    };
  }

  /** Resolves when a look that is under way has ended. */
  async stop(): Promise<void> {
    this.#stop();
    await this.#looking;
  }

  async #look(clock: Clock, waitMs: number, stopped: AbortSignal): Promise<void> {
    const found = await this.#read();
    if (found === null || found.hash === this.#seen) return;
    await clock.sleep(waitMs, stopped);
    if (stopped.aborted || (await this.#read())?.hash !== found.hash) return;
    this.#seen = found.hash;
    try {
      this.#takeOver(this.#compile(found), clock.now());
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Null, and told once, while the source does not answer. */
  async #read(): Promise<FoundRules | null> {
    const { source, logger } = this.#options;
    try {
      const found = await source.read();
      if (this.#away) logger.info("rules can be looked at again");
      this.#away = false;
      return found;
    } catch (error) {
      if (!this.#away) {
        logger.warn(
          { error: messageOf(error), rules_version: this.#current.version },
          "cannot look at the rules; the last good ones stay in force",
        );
      }
      this.#away = true;
      return null;
    }
  }

  #takeOver(rules: RuleSet, now: number): void {
    const { logger } = this.#options;
    const before = this.#current;
    const wasRefused = this.#refused;
    this.#refused = false;
    this.#told = new Set();
    if (rules.version === before.version) {
      if (wasRefused) logger.info({ rules_version: before.version }, "the rules are again what is in force");
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

  #compile({ texts, error }: FoundRules): RuleSet {
    if (texts === null) throw error;
    return ruleSet(compileRules(texts, loadOptions(this.#options.settings)));
  }

  #count(): void {
    const { rulesLoaded } = this.#options.metrics;
    rulesLoaded.reset();
    rulesLoaded.set({ version: this.#current.version }, this.#current.rules.length);
  }
}
