/** A rules topic in memory, rule files in a folder, and what pushes make of them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadOptions } from "../../src/app/load-rule-set.ts";
import { localDocuments } from "../../src/app/local-documents.ts";
import { type PushOptions, type PushResult, pushRules } from "../../src/app/push-rules.ts";
import { RulesTopic } from "../../src/app/rules-topic.ts";
import { openCodecs } from "../../src/codec/open-codecs.ts";
import type { RuleRecord } from "../../src/codec/rule-document.ts";
import { formatFault, RuleError } from "../../src/errors.ts";
import type { LogRecord } from "../../src/transport/log.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import { subjects } from "../codec/subjects.ts";
import { ManualClock } from "../transport/manual-clock.ts";

export const { rule: codec } = await openCodecs({ registryUrl: null, subjects });
export const load = { ...loadOptions({ calendar: {}, lists: {} }), pipelines: "none" as const };

/** So many events of type `<id>_seen`. */
export function rule(id: string, threshold = 2, more = ""): string {
  return `id: ${id}
window: 5m
conditions: [{ type: event_count, where: { type: ${id}_seen }, threshold: ${threshold} }]
${more}`;
}

type Pushed = Partial<Pick<PushOptions, "prune" | "dryRun" | "log">>;

export class Bench {
  readonly clock = new ManualClock();
  readonly folder = mkdtempSync(join(tmpdir(), "corral-topic-"));
  log = new MemoryLog({ clock: this.clock });

  static async open(): Promise<Bench> {
    const bench = new Bench();
    await bench.log.createTopics([{ topic: "rules", partitions: 1, replicationFactor: 1, config: {} }]);
    return bench;
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  file(name: string, text: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  options(pushed: Pushed = {}): Omit<PushOptions, "local"> {
    const clock = { now: () => this.clock.now(), sleep: async () => {} };
    return { log: this.log, topic: "rules", codec, clock, prune: false, dryRun: false, load, ...pushed };
  }

  /** Everything in the folder, unless paths are named. */
  async push(pushed: Pushed = {}, ...paths: readonly string[]): Promise<PushResult> {
    this.clock.advance(1);
    const local = localDocuments(paths.length === 0 ? [this.folder] : paths);
    return pushRules({ ...this.options(pushed), local });
  }

  /** Faults as they are printed, files by their names in the folder. */
  async faults(pushed: Pushed = {}, ...paths: readonly string[]): Promise<readonly string[]> {
    try {
      await this.push(pushed, ...paths);
      return [];
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      return error.faults.map((fault) => formatFault(fault).replaceAll(`${this.folder}/`, ""));
    }
  }

  /** Past every check, and without an end. */
  async write(
    ...records: readonly (readonly [key: string, record: RuleRecord | string | null])[]
  ): Promise<void> {
    await this.log.producer().send(
      records.map(([key, record]) => ({
        topic: "rules",
        partition: 0,
        key,
        value:
          record === null ? null : typeof record === "string" ? Buffer.from(record) : codec.encode(record),
      })),
    );
  }

  async records(): Promise<readonly LogRecord[]> {
    const { low, high } = (await this.log.bounds("rules")).get(0)!;
    const all: LogRecord[] = [];
    for await (const records of this.log.read("rules", 0, low, high)) all.push(...records);
    return all;
  }

  /** Keys in order; of a removal with a minus. */
  async keys(): Promise<readonly string[]> {
    return (await this.records()).map(({ key, value }) => `${value === null ? "-" : ""}${key}`);
  }

  reader(): RulesTopic {
    return new RulesTopic({ log: this.log, topic: "rules", decode: codec.decode });
  }

  /** As the broker compacts: of every key its last record, at its own offset. */
  async compact(dropRemovals = false): Promise<void> {
    const records = await this.records();
    const last = new Map(records.map((record) => [String(record.key), record]));
    const compacted = new MemoryLog({ clock: this.clock });
    await compacted.createTopics([{ topic: "rules", partitions: 1, replicationFactor: 1, config: {} }]);
    const producer = compacted.producer();
    let end = 0;
    for (const record of records) {
      if (last.get(String(record.key)) !== record || (dropRemovals && record.value === null)) continue;
      compacted.skipOffsets("rules", 0, record.offset - end);
      await producer.send([{ topic: "rules", partition: 0, key: record.key, value: record.value }]);
      end = record.offset + 1;
    }
    this.log = compacted;
  }
}

export function document(id: string, text: string, file = "by-hand.yml"): RuleRecord {
  return { kind: "document", id, file, line: 1, text };
}

export function changesOf({ changes }: Pick<PushResult, "changes">): readonly string[] {
  return changes.map(({ kind, key, effect }) => [kind, key, ...(effect === null ? [] : [effect])].join(" "));
}
