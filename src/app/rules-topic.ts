/**
 * The rules topic as it stands: the documents by key, and the last set that was whole. The record that ends a push names
 * the hash of all documents there are then; where it is that of the documents read so far, all of them were read.
 *
 * Read again is read the same. A topic that was made anew is read from its start, as is one whose tail fits to nothing:
 * what was removed long ago may be gone from it without a trace.
 */
import type { RuleRecord, SetRecord } from "../codec/rule-document.ts";
import { ConfigError, InvalidMessage } from "../errors.ts";
import type { Log, LogRecord, PartitionBounds } from "../transport/log.ts";
import { type RuleDocument, type RuleDocuments, setHash, setKey, textHash } from "./rule-document.ts";

export interface RulesTopicOptions {
  readonly log: Pick<Log, "bounds" | "read">;
  readonly topic: string;
  readonly decode: (value: Buffer) => RuleRecord | Promise<RuleRecord>;
}

export interface WholeSet {
  readonly documents: RuleDocuments;
  readonly set: SetRecord;
}

export interface RulesTopicState {
  /** What lies there now, a push that never ended included. */
  readonly documents: RuleDocuments;
  /** The last whole set that was seen; null: none. */
  readonly last: WholeSet | null;
  /** `whole`: the documents are the last whole set; `empty`: there are no records. */
  readonly state: "whole" | "half" | "empty";
  /** Offset of the next record. */
  readonly position: number;
  /** What could not be read, by key. */
  readonly unreadable: ReadonlyMap<string, string>;
}

export class RulesTopic {
  readonly #options: RulesTopicOptions;
  readonly #documents = new Map<string, RuleDocument>();
  readonly #unreadable = new Map<string, string>();
  /** The end of a push that was read last. */
  #set: SetRecord | null = null;
  /** Whole sets that were seen of late. */
  readonly #seen: SetRecord[] = [];
  #last: WholeSet | null = null;
  #position = 0;
  /** End of the topic when it was last asked for. */
  #high = 0;
  #now: RulesTopicState | null = null;
  /** The end up to which it was last read from the start. */
  #readAnewTo = -1;

  constructor(options: RulesTopicOptions) {
    this.#options = options;
  }

  /** Reads what is new. Throws ConfigError when there is no such topic, TransientError. */
  async read(): Promise<RulesTopicState> {
    const { low, high } = await this.#bounds();
    if (high < this.#high) this.#last = null; // made anew
    if (high < this.#high || low > this.#position) this.#forget();
    this.#high = high;
    if (this.#now !== null && this.#position >= high) return this.#now;
    if (this.#position <= low) this.#readAnewTo = high;
    await this.#readOn(low, high);
    if (this.#state() === "half" && this.#readAnewTo !== high) {
      this.#forget();
      this.#readAnewTo = high;
      await this.#readOn(low, high);
    }
    this.#noteWhole();
    this.#now = {
      documents: new Map(this.#documents),
      last: this.#last,
      state: this.#state(),
      position: this.#position,
      unreadable: new Map(this.#unreadable),
    };
    return this.#now;
  }

  /** Whether this very set was whole when it was read. */
  wasWhole({ hash, pushed_at }: SetRecord): boolean {
    return this.#seen.some((set) => set.hash === hash && set.pushed_at === pushed_at);
  }

  async #bounds(): Promise<PartitionBounds> {
    const { log, topic } = this.#options;
    const bounds = (await log.bounds(topic)).get(0);
    if (bounds !== undefined) return bounds;
    this.#forget();
    this.#high = 0;
    this.#last = null;
    throw new ConfigError(
      `Cannot read rules: the topic must exist (corral topics create): missing is ${topic}`,
    );
  }

  async #readOn(low: number, high: number): Promise<void> {
    const { log, topic } = this.#options;
    const from = Math.max(this.#position, low);
    if (from >= high) return;
    for await (const records of log.read(topic, 0, from, high)) {
      for (const record of records) {
        await this.#take(record);
        this.#position = record.offset + 1;
      }
    }
  }

  async #take({ key: bytes, value, offset }: LogRecord): Promise<void> {
    if (bytes === null) return;
    const key = bytes.toString();
    if (value === null) {
      this.#documents.delete(key);
      this.#unreadable.delete(key);
      return;
    }
    const record = await this.#decoded(value, key === setKey ? "set" : "document");
    if (typeof record === "string") {
      if (key === setKey) this.#set = null;
      this.#documents.delete(key);
      this.#unreadable.set(key, `"${key}" at offset ${offset}: ${record}`);
      return;
    }
    this.#unreadable.delete(key);
    if (record.kind === "set") {
      this.#set = record;
      this.#noteWhole();
      return;
    }
    const { id, file, line, text } = record;
    this.#documents.set(key, { key, id, file, line, text, hash: textHash(text) });
  }

  #noteWhole(): void {
    if (this.#set === null || this.#set === this.#last?.set || this.#state() !== "whole") return;
    this.#last = { documents: new Map(this.#documents), set: this.#set };
    this.#seen.push(this.#set);
    if (this.#seen.length > 100) this.#seen.shift();
  }

  /** The record, or why it cannot be read. */
  async #decoded(value: Buffer, kind: RuleRecord["kind"]): Promise<RuleRecord | string> {
    try {
      const record = await this.#options.decode(value);
      return record.kind === kind
        ? record
        : `Cannot read record: kind must be ${kind}: current value is ${record.kind}`;
    } catch (error) {
      if (error instanceof InvalidMessage) return error.message;
      throw error;
    }
  }

  #state(): RulesTopicState["state"] {
    if (this.#position === 0) return "empty";
    const fits = this.#set?.count === this.#documents.size && this.#set.hash === setHash(this.#documents);
    return fits ? "whole" : "half";
  }

  #forget(): void {
    this.#documents.clear();
    this.#unreadable.clear();
    this.#set = null;
    this.#position = 0;
    this.#now = null;
  }
}
