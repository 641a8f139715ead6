/** The servers and the processes of one run, and all that faults may do to them. */
import { correlateRole } from "../../src/app/correlate-role.ts";
import { enrichRole } from "../../src/app/enrich-role.ts";
import type { Role } from "../../src/app/role.ts";
import { topicSpecs } from "../../src/app/topic-specs.ts";
import { type Codecs, openCodecs } from "../../src/codec/open-codecs.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { Config } from "../../src/config/settings.ts";
import type { WatermarkRecord } from "../../src/correlation/raw-progress.ts";
import { retire } from "../../src/rules/retired-rules.ts";
import type { RuleSet } from "../../src/rules/rule-set.ts";
import { recordReader } from "../../src/sources/read-record.ts";
import { type MemorySnapshot, MemoryStore } from "../../src/state/memory/memory-store.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { partitionFor } from "../../src/transport/kafka/partition-for.ts";
import type { OutgoingRecord } from "../../src/transport/log.ts";
import { subjects } from "../codec/subjects.ts";
import type { Fate, Phase, RequestKind } from "./requests.ts";
import { rulesOf } from "./rule-sets.ts";
import {
  enrichedPartitions,
  lateness,
  type RoleName,
  rawPartitions,
  type Scenario,
  start,
} from "./scenario.ts";
import { SimBroker } from "./sim-broker.ts";
import { SimLog } from "./sim-log.ts";
import { SimProcess, type Surroundings } from "./sim-process.ts";
import { type Claims, SimStore } from "./sim-store.ts";
import { World } from "./world.ts";

export interface Replica {
  readonly role: RoleName;
  readonly process: SimProcess;
  readonly running: Role;
  /** It was told to stop. */
  stopping: boolean;
}

/** What becomes of the next requests of these kinds. */
export interface Armed {
  readonly process: SimProcess | null;
  readonly kinds: readonly RequestKind[];
  readonly fate: Fate;
  left: number;
}

type Watcher = (process: SimProcess, kind: RequestKind, phase: Phase) => void;

const codecs = await openCodecs({ registryUrl: null, subjects });
const readRecord = recordReader();
const logger = createLogger({ level: "silent", role: "simulation" });
const metrics = createMetrics();
const snapshotEveryMs = 3_000;
const snapshotsKept = 20;

/** What the record that nobody can judge has in its value. */
export const poisonMark = "poison-of-the-simulation";

export class Stage implements Surroundings {
  readonly scenario: Scenario;
  readonly world: World;
  readonly broker: SimBroker;
  readonly store = new MemoryStore();
  readonly config: Config;
  readonly replicas: Replica[] = [];
  readonly armed: Armed[] = [];
  readonly watchers = new Set<Watcher>();
  readonly #away = new Map<string, number>();
  /** Factor on the latency of the store. */
  storeSlowness = 1;
  /** Processes that nobody could have expected to keep their session. */
  readonly excused = new Set<SimProcess>();
  readonly faultsLanded = new Map<string, number>();
  /** Some partition went back to where the store knew nothing of it. */
  lostAll: boolean = false;
  /** What must never happen, as it happened. */
  readonly violations: string[] = [];
  readonly claims: Claims = {
    newest: new Map(),
    onStale: ({ name }, partition) =>
      this.violations.push(`${name} wrote partition ${partition} under a claim that was not the newest`),
  };
  readonly #snapshots: MemorySnapshot[] = [];
  /** What each process judges by now, and what one that starts is given. */
  readonly #rules = new Map<SimProcess, RuleSet>();
  #newest: RuleSet;
  #started = 0;
  #ended = false;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.world = new World(scenario.seed ^ 0x5bd1e995, start);
    this.broker = new SimBroker(this.world);
    const rules = rulesOf(scenario.settings.chains);
    this.#newest = rules;
    this.config = configOf(scenario);
    const specs = topicSpecs(this.config, {
      partitions: enrichedPartitions,
      replicationFactor: 1,
      longestWindow: rules.longestWindow,
    });
    for (const spec of specs) {
      this.broker.create(
        spec.topic === this.config.topics.raw ? { ...spec, partitions: rawPartitions } : spec,
      );
    }
    for (const role of ["enrich", "correlate"] as const) {
      const group = this.broker.group(this.config.groups[role], this.topicOf(role));
      group.onExpired = (process) => this.#expired(process);
    }
    this.broker.onStored = (record) => this.#watchFloors(record);
    if (scenario.faults.some(({ kind }) => kind === "store-failover")) this.#takeSnapshots();
  }

  topicOf(role: RoleName): string {
    return role === "enrich" ? this.config.topics.raw : this.config.topics.enriched;
  }

  /** Replicas that have not been killed or told to stop. */
  alive(role: RoleName): readonly Replica[] {
    return this.replicas.filter(
      (each) => each.role === role && each.process.state !== "dead" && !each.stopping,
    );
  }

  start(role: RoleName): Replica {
    const process = new SimProcess(`${role}-${++this.#started}`, this.world, this);
    this.#rules.set(process, this.#newest);
    const ports = {
      log: new SimLog(process, this.broker, this.scenario.settings.fetchRecords),
      store: new SimStore(process, this.store, this.claims),
      codecs: poisoned(codecs),
      clock: process.clock,
      partitionFor,
    };
    const options = {
      config: this.config,
      ports,
      rules: () => this.#rules.get(process)!,
      metrics,
      logger,
      enrichedPartitions,
      readRecord,
    };
    const running = role === "enrich" ? enrichRole(options) : correlateRole(options);
    const replica: Replica = { role, process, running, stopping: false };
    this.replicas.push(replica);
    running
      .start()
      .catch((error: unknown) => this.violations.push(`${process.name} did not start: ${error}`));
    return replica;
  }

  /** As an orchestrator does: SIGTERM, and SIGKILL where it takes too long. */
  stop(replica: Replica): void {
    if (replica.stopping || replica.process.state === "dead") return;
    replica.stopping = true;
    const end = (): void => replica.process.kill();
    replica.running.stop(this.config.shutdownTimeoutMs).then(end, end);
    this.world.after(this.config.shutdownTimeoutMs + 5_000, end, null, false);
  }

  /** Every process takes up the rules within `ms`, each at a time of its own. */
  reload(variant: number, ms: number): void {
    const rules = rulesOf(this.scenario.settings.chains, variant);
    this.#newest = rules;
    for (const process of this.#rules.keys()) {
      this.world.after(
        this.world.below(ms + 1),
        () => this.#rules.set(process, retire(this.#rules.get(process)!, rules, this.world.now)),
        process,
      );
    }
  }

  arm(armed: Armed): void {
    this.armed.push(armed);
  }

  /** The servers do not answer; `of`: only this process is cut off. */
  takeAway(server: "log" | "store" | "produce", ms: number, of: SimProcess | null = null): void {
    const key = `${server} ${of?.name ?? ""}`;
    this.#away.set(key, Math.max(this.#away.get(key) ?? 0, this.world.now + ms));
    if (server !== "log") return;
    if (of !== null) this.excused.add(of);
    else {
      for (const { process } of this.replicas) this.excused.add(process);
      for (const role of ["enrich", "correlate"] as const) {
        const group = this.broker.group(this.config.groups[role], this.topicOf(role));
        this.world.after(ms, () => group.restart(), null, false);
      }
    }
  }

  /** What the store held that long ago, at the most. */
  snapshotFrom(ms: number): MemorySnapshot | undefined {
    const back = Math.ceil(ms / snapshotEveryMs);
    return this.#snapshots.at(-Math.min(back, this.#snapshots.length));
  }

  landed(kind: string, where: string): void {
    const key = `${kind}\t${where}`;
    this.faultsLanded.set(key, (this.faultsLanded.get(key) ?? 0) + 1);
  }

  /** The store goes back to what it held then; undefined: to nothing. What was claimed since, it no longer knows. */
  restoreStore(snapshot?: MemorySnapshot): void {
    this.claims.newest.clear();
    for (let partition = 0; partition < enrichedPartitions; partition += 1) {
      const held = this.store.partition(partition).snapshot().offset !== null;
      if (held && (snapshot?.partitions.get(partition)?.offset ?? null) === null) this.lostAll = true;
    }
    if (snapshot === undefined) this.store.empty();
    else this.store.restore(snapshot);
  }

  /** No fault goes on from here. */
  heal(): void {
    this.#away.clear();
    this.armed.length = 0;
    this.watchers.clear();
    this.storeSlowness = 1;
    this.broker.filter = () => true;
    for (const { process } of this.replicas) process.thaw();
  }

  end(): void {
    this.#ended = true;
    for (const { process } of this.replicas) process.kill();
  }

  latency(process: SimProcess, kind: RequestKind): number {
    const { random } = this.world;
    const base = 1 + 8 * random() * random();
    if (kind.startsWith("store.")) return base * this.storeSlowness;
    const { slowRaw } = this.scenario.settings;
    if (kind === "log.fetch" && slowRaw >= 0 && process.name.startsWith("enrich"))
      return base + 4_000 * random();
    return base;
  }

  passed(process: SimProcess, kind: RequestKind, phase: Phase): void {
    for (const watcher of [...this.watchers]) watcher(process, kind, phase);
  }

  fateOf(process: SimProcess, kind: RequestKind): Fate {
    const armed = this.armed.find(
      (each) => each.kinds.includes(kind) && (each.process === null || each.process === process),
    );
    if (armed === undefined) return "normal";
    armed.left -= 1;
    if (armed.left <= 0) this.armed.splice(this.armed.indexOf(armed), 1);
    return armed.fate;
  }

  away(process: SimProcess, kind: RequestKind): string | null {
    const server = kind.startsWith("store.") ? "store" : "log";
    const until = Math.max(
      this.#away.get(`${server} `) ?? 0,
      this.#away.get(`${server} ${process.name}`) ?? 0,
    );
    if (until > this.world.now) return "away";
    const refused = kind === "log.send" && (this.#away.get("produce ") ?? 0) > this.world.now;
    return refused ? "too few replicas in sync" : null;
  }

  /** A watermark record's floor may not lie above what the group of the enrichers has accepted. */
  #watchFloors({ topic, headers = {} }: OutgoingRecord): void {
    if (topic !== this.config.topics.enriched || headers["corral-control"] !== "watermark") return;
    const { committed } = this.broker.group(this.config.groups.enrich, this.config.topics.raw);
    const { progress } = JSON.parse(headers["corral-watermark"]!) as WatermarkRecord;
    for (const { partition, offset } of progress) {
      if (offset <= (committed.get(partition) ?? 0)) continue;
      this.violations.push(
        `floor of raw partition ${partition} at ${offset}, committed ${committed.get(partition)}`,
      );
    }
  }

  /** Only who is dead, frozen or cut off may lose its session. */
  #expired(process: SimProcess): void {
    if (process.state === "running" && !this.excused.has(process))
      this.violations.push(`${process.name} was expelled though it ran`);
  }

  #takeSnapshots(): void {
    if (this.#ended) return;
    this.#snapshots.push(this.store.snapshot());
    if (this.#snapshots.length > snapshotsKept) this.#snapshots.shift();
    this.world.after(snapshotEveryMs, () => this.#takeSnapshots(), null, false);
  }
}

function configOf({ settings }: Scenario): Config {
  return loadConfig({
    flags: {
      "idle-timeout": settings.idle ? "30s" : "off",
      "allowed-lateness": `${lateness}ms`,
      "commit-interval": "15s",
      "session-timeout": "60s",
      "heartbeat-interval": "15s",
      "batch-max-records": String(settings.maxRecords),
      "state-cache-entries": String(settings.cacheEntries),
      "alerts-update-interval": "20s",
      enrichers: "",
    },
    env: {},
  });
}

/** A defect of the program that one kind of record meets. */
function poisoned(sound: Codecs): Codecs {
  const { enriched } = sound;
  return {
    ...sound,
    enriched: {
      ...enriched,
      decode: (value) => {
        if (value.includes(poisonMark)) throw new TypeError("Cannot read properties of undefined (a defect)");
        return enriched.decode(value);
      },
    },
  };
}
