/** What is broken: Kafka and Redis behind proxies, the processes of both roles, and who watches them. */
import { writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CorralProcess } from "../integration/support/corral-process.ts";
import { Installation } from "../integration/support/installation.ts";
import { type FaultProxy, type ProxiedKafka, startProxiedKafka } from "../services/fault-proxy.ts";
import type { OwnKafka } from "../services/kafka.ts";
import { say } from "../services/service.ts";
import { Crew } from "./crew.ts";
import { type RoleName, StallWatch } from "./stall-watch.ts";
import { StateServer } from "./state-server.ts";

/** Of both topics, raw and enriched. */
export const partitions = 6;
export const rulePaths = ["rules", "test/chaos/rules"];
/** Processes of each role while nothing is the matter. */
export const usual = { enrich: 2, correlate: 3 } as const;
/** What the roles are told; a killed process is expelled after so long. */
export const sessionMs = 2_000;
/** Who has not moved on by then is stuck. */
const recoveryMs = 120_000;

export class Stage {
  readonly corral: Installation;
  readonly kafka: OwnKafka;
  readonly kafkaProxy: FaultProxy;
  readonly redis: StateServer;
  readonly crews: Readonly<Record<RoleName, Crew>>;
  readonly watch: StallWatch;
  /** What should never happen, whatever breaks. */
  readonly problems: string[] = [];
  /** How often correlators lost their claim, by reason. */
  readonly claimsLost = new Map<string, number>();
  readonly #proxied: ProxiedKafka;
  readonly #compiled: string;
  readonly #keep: string | undefined;

  private constructor(proxied: ProxiedKafka, redis: StateServer, compiled: string, keep: string | undefined) {
    this.#keep = keep;
    this.#proxied = proxied;
    this.#compiled = compiled;
    this.kafka = proxied.kafka;
    this.kafkaProxy = proxied.proxy;
    this.redis = redis;
    this.corral = new Installation({
      kafka: proxied.kafka.address,
      redis: redis.url,
      partitions,
      settings: {
        CORRAL_KAFKA_BROKERS: proxied.address,
        CORRAL_RULES: rulePaths.join(","),
        CORRAL_IDLE_TIMEOUT: "off",
        CORRAL_SESSION_TIMEOUT: `${sessionMs}ms`,
        CORRAL_HEARTBEAT_INTERVAL: "250ms",
        CORRAL_COMMIT_INTERVAL: "300ms",
        CORRAL_RULES_RELOAD: "off",
        // Hundreds of starts: each would compile the same files.
        NODE_COMPILE_CACHE: compiled,
      },
    });
    const crew = (role: RoleName) =>
      new Crew({
        role,
        start: () => this.corral.start(role),
        problem: (text) => this.problem(text),
        ended: (process) => this.#ended(role, process),
      });
    this.crews = { enrich: crew("enrich"), correlate: crew("correlate") };
    this.watch = new StallWatch(this.kafka.address, [
      { role: "enrich", group: this.corral.topic("corral-enrich"), topic: this.corral.topic("events.raw") },
      {
        role: "correlate",
        group: this.corral.topic("corral-correlate"),
        topic: this.corral.topic("events.enriched"),
      },
    ]);
  }

  /** `keep`: the folder for what the processes say. */
  static async open(keep: string | undefined): Promise<Stage> {
    if (keep !== undefined) await mkdir(keep, { recursive: true });
    const compiled = await mkdtemp(join(tmpdir(), "corral-compiled-"));
    const [proxied, redis] = await Promise.all([startProxiedKafka(), StateServer.start()]);
    const stage = new Stage(proxied, redis, compiled, keep);
    try {
      await stage.corral.createTopics();
      await Promise.all([
        stage.crews.enrich.scaleTo(usual.enrich),
        stage.crews.correlate.scaleTo(usual.correlate),
      ]);
      await stage.watch.start();
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  problem(text: string): void {
    this.problems.push(text);
    say(`PROBLEM: ${text}`);
  }

  /** Resolves when both groups have committed on in all partitions since now; who does not is stuck. */
  async goesOn(): Promise<void> {
    await Promise.all([this.moved("enrich"), this.moved("correlate")]);
  }

  async moved(role: RoleName): Promise<void> {
    const standing = await this.watch.moved(role, recoveryMs);
    if (standing.length === 0) return;
    this.problem(`${role} stood still for ${recoveryMs / 1_000} s in ${standing.join(", ")}`);
  }

  /** How often the text is in the logs of the processes that run now. */
  said(role: RoleName, text: string): number {
    return this.crews[role].members.reduce(
      (sum, { lines }) => sum + lines.filter((line) => line.includes(text)).length,
      0,
    );
  }

  async close(): Promise<void> {
    await this.watch.stop().catch(() => {});
    await this.corral.close();
    await Promise.all([this.#proxied.stop(), this.redis.close()]);
    await rm(this.#compiled, { recursive: true, force: true });
  }

  #ended(role: RoleName, { pid, lines }: CorralProcess): void {
    if (this.#keep !== undefined) {
      const file = join(this.#keep, `${role}-${pid}.log`);
      writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    }
    for (const line of lines) {
      if (!line.includes('"claim lost; claiming again"')) continue;
      const { code } = JSON.parse(line) as { code: string };
      this.claimsLost.set(code, (this.claimsLost.get(code) ?? 0) + 1);
    }
    // Of thousands of processes only the last words are kept.
    lines.splice(0, Math.max(0, lines.length - 20));
  }
}
