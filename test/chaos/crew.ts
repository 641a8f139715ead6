/**
 * The processes of one role. Who is killed is replaced at once, as an orchestrator does; who ends without being told to
 * has a defect, and that is noted.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { CorralProcess } from "../integration/support/corral-process.ts";
import type { RoleName } from "./stall-watch.ts";

export interface CrewOptions {
  readonly role: RoleName;
  readonly start: () => CorralProcess;
  /** What should not have happened. */
  readonly problem: (text: string) => void;
  /** Every process that has ended, with all it said. */
  readonly ended: (process: CorralProcess) => void;
}

/** The exit code of a start that did not reach Kafka or Redis: it is tried again. */
const unreachable = 4;
/** The longest that a clean stop may take: the product's own limit and the goodbye to the group. */
const stopMs = 40_000;

export class Crew {
  readonly role: RoleName;
  readonly #options: CrewOptions;
  readonly #members: CorralProcess[] = [];

  constructor(options: CrewOptions) {
    this.role = options.role;
    this.#options = options;
  }

  get members(): readonly CorralProcess[] {
    return this.#members;
  }

  /** Starts what is missing and waits until all are ready, or ends what is too many, cleanly. */
  async scaleTo(count: number): Promise<void> {
    while (this.#members.length < count) this.#start();
    await Promise.all(this.#members.slice(count).map((member) => this.terminate(member)));
    await Promise.all(this.#members.map((member) => this.ready(member)));
  }

  /** One that has been ready, and by that owns partitions. */
  async pick(random: () => number): Promise<CorralProcess> {
    const member = this.#members[Math.floor(random() * this.#members.length)]!;
    await this.ready(member);
    return member;
  }

  /** SIGKILL, and another in its place at once. */
  async kill(member: CorralProcess): Promise<void> {
    this.#dismiss(member);
    const killed = member.kill();
    this.#start();
    await killed;
    this.#options.ended(member);
  }

  /** SIGTERM; it must end by itself with exit code 0. */
  async terminate(member: CorralProcess): Promise<void> {
    this.#dismiss(member);
    const ended = await Promise.race([member.terminate(), sleep(stopMs, "nothing", { ref: false })]);
    if (ended !== 0) {
      const said = lastWords(member);
      this.#options.problem(`a ${this.role} process answered SIGTERM with ${ended}:\n${said}`);
      await member.kill();
    }
    this.#options.ended(member);
  }

  /** SIGTERM, then another in its place; resolves when that one is ready. */
  async restart(member: CorralProcess): Promise<void> {
    await this.terminate(member);
    await this.ready(this.#start());
  }

  /** Resolves when it is ready, or gone meanwhile. */
  async ready(member: CorralProcess): Promise<void> {
    await member.ready().catch(() => {});
  }

  #start(): CorralProcess {
    const started = this.#options.start();
    this.#members.push(started);
    void started.exited().then((code) => this.#onEnd(started, code));
    return started;
  }

  #dismiss(member: CorralProcess): void {
    this.#members.splice(this.#members.indexOf(member), 1);
  }

  /** Of one that nobody dismissed. */
  async #onEnd(member: CorralProcess, code: number | null): Promise<void> {
    if (!this.#members.includes(member)) return;
    this.#dismiss(member);
    this.#options.ended(member);
    const wasReady = member.lines.some((line) => line.includes('"msg":"ready"'));
    if (wasReady || code !== unreachable) {
      this.#options.problem(`a ${this.role} process ended by itself with ${code}:\n${lastWords(member)}`);
    }
    await sleep(300);
    this.#start();
  }
}

function lastWords({ lines }: CorralProcess): string {
  return lines.slice(-12).join("\n");
}
