/**
 * Roles over a log and a store in memory, under a clock that moves only here: what happens with real ones within minutes
 * takes as many turns of the event loop as there are rounds of commits.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { Action } from "../../src/actions/action.ts";
import type { Alert } from "../../src/alerts/alert.ts";
import { correlateRole } from "../../src/app/correlate-role.ts";
import { enrichRole } from "../../src/app/enrich-role.ts";
import type { Ports } from "../../src/app/ports.ts";
import type { Role } from "../../src/app/role.ts";
import { topicSpecs } from "../../src/app/topic-specs.ts";
import { openCodecs } from "../../src/codec/open-codecs.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import type { RuleSet } from "../../src/rules/rule-set.ts";
import { MemoryStore } from "../../src/state/memory/memory-store.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { partitionFor } from "../../src/transport/kafka/partition-for.ts";
import type { LogRecord, OutgoingRecord } from "../../src/transport/log.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import type { MemoryMember } from "../../src/transport/memory/memory-member.ts";
import { subjects } from "../codec/subjects.ts";
import { ManualClock } from "../transport/manual-clock.ts";

const rawPartitions = 3;
const enrichedPartitions = 4;
const codecs = await openCodecs({
  registryUrl: null,
  subjects,
});

/** A role that runs, and its membership of the group. */
export interface Running {
  readonly role: Role;
  readonly member: MemoryMember;
}

export class Installation {
  readonly clock = new ManualClock();
  readonly log = new MemoryLog({ clock: this.clock });
  readonly store = new MemoryStore();
  readonly metrics = createMetrics();
  /** The rules of now, which roles ask for. */
  rules: () => RuleSet;
  config = loadConfig({ flags: { "idle-timeout": "off", "allowed-lateness": "60s" }, env: {} });
  readonly #producer = this.log.producer();
  readonly #running = new Set<Running>();

  private constructor(rules: RuleSet) {
    this.rules = () => rules;
  }

  /** With the clock at `now`, epoch milliseconds. */
  static async open(rules: RuleSet, now: number): Promise<Installation> {
    const installation = new Installation(rules);
    const { clock, log, config } = installation;
    clock.advance(now - clock.now());
    const { longestWindow } = rules;
    const specs = topicSpecs(config, { partitions: enrichedPartitions, replicationFactor: 1, longestWindow });
    const { raw } = config.topics;
    await log.createTopics(
      specs.map((spec) => (spec.topic === raw ? { ...spec, partitions: rawPartitions } : spec)),
    );
    return installation;
  }

  /** Some of the ports can be replaced, to bring about what goes wrong with real ones; `rules`: of this role alone. */
  async start(
    name: Role["name"],
    { rules, ...ports }: Partial<Pick<Ports, "log" | "store">> & { rules?: () => RuleSet } = {},
  ): Promise<Running> {
    const { config, metrics, clock, log, store } = this;
    let member: MemoryMember | undefined;
    const base = ports.log ?? log;
    const watched: Ports["log"] = {
      producer: () => base.producer(),
      member: (options) => {
        member = log.member(options);
        return member;
      },
      partitions: (topic) => base.partitions(topic),
      bounds: (topic) => base.bounds(topic),
      read: (topic, partition, from, to) => base.read(topic, partition, from, to),
      createTopics: (specs) => base.createTopics(specs),
      describe: (topics) => base.describe(topics),
      denied: (rights) => base.denied(rights),
      ping: (timeoutMs) => base.ping(timeoutMs),
      close: () => base.close(),
    };
    const options = {
      config,
      rules: rules ?? (() => this.rules()),
      metrics,
      ports: { log: watched, store: ports.store ?? store, codecs, clock, partitionFor },
      logger: createLogger({ level: "silent", role: name }),
      enrichedPartitions,
    };
    const role = name === "enrich" ? enrichRole(options) : correlateRole(options);
    await role.start();
    const running = { role, member: member! };
    this.#running.add(running);
    await this.until(() => role.ready());
    return running;
  }

  async stop(running: Running): Promise<void> {
    this.#running.delete(running);
    await running.role.stop(1_000);
  }

  async close(): Promise<void> {
    for (const running of this.#running) {
      let stopped = false;
      const stopping = this.stop(running).then(() => {
        stopped = true;
      });
      await this.until(() => stopped);
      await stopping;
    }
  }

  /** Lets time pass, a second a round, until the condition holds. */
  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    for (let round = 0; round < 2_000; round += 1) {
      if (await condition()) return;
      this.clock.advance(1_000);
      for (let turns = 0; turns < 5; turns += 1) await turn();
    }
    throw new Error(`Cannot go on: the condition must come to hold: ${condition}`);
  }

  /** One record an event, without keys, in turn over the raw partitions. */
  async produce(events: readonly SecurityEvent[]): Promise<void> {
    const { raw } = this.config.topics;
    await this.send(
      events.map((event) => ({ topic: raw, key: null, value: Buffer.from(JSON.stringify(event)) })),
    );
  }

  /** The same event time for every raw partition: moves the watermark there, less the lateness. */
  async tick(timestamp: number): Promise<void> {
    const event = { id: `tick-${timestamp}`, type: "tick", timestamp };
    const value = Buffer.from(JSON.stringify(event));
    const { raw } = this.config.topics;
    await this.send(
      Array.from({ length: rawPartitions }, (_, partition) => ({ topic: raw, partition, key: null, value })),
    );
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    await this.#producer.send(records);
  }

  /** Everything sent so far was enriched, acknowledged and committed. */
  async enriched(): Promise<void> {
    await this.#committed("corral-enrich", this.config.topics.raw);
  }

  /** Everything sent so far was judged, after the watermark records that follow its commit. */
  async judged(): Promise<void> {
    await this.enriched();
    // The watermark record behind the commit: one more round.
    this.clock.advance(1_000);
    for (let turns = 0; turns < 20; turns += 1) await turn();
    await this.correlated();
  }

  /** Everything in the enriched topic now was taken up and committed. */
  async correlated(): Promise<void> {
    await this.#committed("corral-correlate", this.config.topics.enriched);
  }

  async records(topic: keyof Installation["config"]["topics"]): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    const name = this.config.topics[topic];
    for (const [partition, { low, high }] of await this.log.bounds(name)) {
      for await (const batch of this.log.read(name, partition, low, high)) records.push(...batch);
    }
    return records;
  }

  async alerts(): Promise<readonly Alert[]> {
    return Promise.all((await this.records("alerts")).map(async ({ value }) => codecs.alert.decode(value!)));
  }

  async actions(): Promise<readonly Action[]> {
    return Promise.all(
      (await this.records("actions")).map(async ({ value }) => codecs.action.decode(value!)),
    );
  }

  /** Sum of the offsets that a group has committed of the enriched topic. */
  async committed(group: string): Promise<number> {
    const offsets = await this.#offsets(group, this.config.topics.enriched);
    return [...offsets.values()].reduce((sum, offset) => sum + offset, 0);
  }

  async #committed(group: string, topic: string): Promise<void> {
    const goal = await this.log.bounds(topic);
    await this.until(async () => {
      const offsets = await this.#offsets(group, topic);
      return [...goal].every(([partition, { high }]) => (offsets.get(partition) ?? 0) >= high);
    });
  }

  /** Asked by somebody who never joins. */
  #offsets(group: string, topic: string): Promise<ReadonlyMap<number, number>> {
    const looker = this.log.member({
      group,
      topic,
      sessionTimeoutMs: 1_000,
      heartbeatIntervalMs: 100,
      maxBytesPerPartition: 1,
      concurrency: 1,
    });
    return looker.committed();
  }
}
