/**
 * One partition in Redis. Writes are scripts, each atomic; reads are pipelines that need not be, since only the newest
 * claim writes, and a reader whose claim is not the newest learns so at its next apply. A redelivered change is known by
 * its token or refused by its offset; late and out-of-order entries sort themselves into the set.
 */
import { randomUUID } from "node:crypto";
import type { ChainableCommander } from "ioredis";
import { AccessRefused, TransientError } from "../../errors.ts";
import { checkChange, demandTime } from "../check-change.ts";
import { compareEntries, decodeEntry } from "../encode-entry.ts";
import { refuseEpoch, refuseOffset } from "../refusal.ts";
import type {
  BatchChange,
  Claim,
  Due,
  GroupKey,
  PartitionState,
  StoredGroup,
  WindowEntry,
} from "../store.ts";
import type { Connection } from "./connection.ts";
import { encodeChange } from "./encode-change.ts";
import type { PartitionKeys } from "./keys.ts";
import { Script } from "./script.ts";

const claimScript = new Script("claim");
const applyScript = new Script("apply");
const trimScript = new Script("trim");

/** Groups that one run of trim.lua looks at: a script blocks the server for everyone. */
const trimPage = 500;

export class RedisPartition implements PartitionState {
  readonly #connection: Connection;
  readonly #keys: PartitionKeys;
  readonly #where: string;

  constructor(connection: Connection, keys: PartitionKeys, where: string) {
    this.#connection = connection;
    this.#keys = keys;
    this.#where = where;
  }

  async claim(): Promise<Claim> {
    const keys = [this.#keys.meta, this.#keys.outbox];
    const answer = await this.#script("claim", claimScript, keys, [randomUUID()]);
    const [epoch, offset, meta, sources, outbox, live] = answer as [
      string,
      string | null,
      string | null,
      string[],
      string[],
      string[],
    ];
    return {
      epoch: Number(epoch),
      offset: offset === null ? null : Number(offset),
      meta,
      outbox: outbox.map((member) => {
        const [seq, body] = splitMember(member);
        return { seq, body };
      }),
      seen: await this.#seen(sources.map(Number).sort((a, b) => a - b)),
      live: new Map(pairs(live)),
    };
  }

  async due(time: number, limit: number, epoch?: number): Promise<readonly Due[]> {
    demandTime("due time", time);
    if (limit <= 0) return [];
    const answers = await this.#read(`read what is due in ${this.#where}`, epoch, (pipeline) => {
      for (const key of [this.#keys.deadlines, this.#keys.expiry]) {
        pipeline.zrangebyscore(key, "-inf", `(${time}`, "WITHSCORES", "LIMIT", 0, limit);
      }
    });
    const earliest = new Map<GroupKey, number>();
    for (const [key, at] of (answers as string[][]).flatMap(pairs)) {
      earliest.set(key, Math.min(at, earliest.get(key) ?? at));
    }
    const due = [...earliest].map(([key, at]) => ({ key, at }));
    return due.sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1)).slice(0, limit);
  }

  async expiring(time: number, limit: number, epoch?: number): Promise<readonly Due[]> {
    if (limit <= 0) return [];
    const after = time === Number.NEGATIVE_INFINITY ? "-inf" : `(${time}`;
    const [found] = await this.#read(`read what expires in ${this.#where}`, epoch, (pipeline) => {
      pipeline.zrangebyscore(this.#keys.expiry, after, "+inf", "WITHSCORES", "LIMIT", 0, limit);
    });
    return pairs(found as string[]).map(([key, at]) => ({ key, at }));
  }

  async load(keys: readonly GroupKey[], epoch?: number): Promise<readonly StoredGroup[]> {
    if (keys.length === 0) return [];
    const answers = await this.#read(`load windows of ${this.#where}`, epoch, (pipeline) => {
      pipeline.call("HMGET", [this.#keys.open, ...keys]);
      for (const key of keys) pipeline.zrange(this.#keys.window(key), "0", "-1", "WITHSCORES");
    });
    const [open, ...windows] = answers as [(string | null)[], ...string[][]];
    return windows.map((window, i) => ({ entries: decodeWindow(window), open: open[i] ?? null }));
  }

  async apply(change: BatchChange): Promise<void> {
    checkChange(change);
    const { keys, args } = encodeChange(change, this.#keys);
    await this.#script("apply a change", applyScript, keys, args, change);
  }

  async trim(epoch: number, time: number, limit: number): Promise<number> {
    demandTime("trim time", time);
    const { meta, open, deadlines, expiry, window } = this.#keys;
    let dropped = 0;
    let left = 0;
    for (;;) {
      const groups = await this.#expired(time, left);
      const keys = [meta, open, deadlines, expiry, ...groups.map(window)];
      const args = [String(epoch), String(time), String(limit - dropped), ...groups];
      // Without any group, too: a claim that is lost should learn it.
      const [count] = await this.#script("trim", trimScript, keys, args, { epoch });
      dropped += Number(count);
      left += groups.length - Number(count);
      if (dropped >= limit || groups.length < trimPage) return dropped;
    }
  }

  async size(): Promise<{ readonly groups: number; readonly open: number; readonly outbox: number }> {
    const answers = await this.#connection.pipeline(`measure ${this.#where}`, (pipeline) => {
      pipeline.zcard(this.#keys.expiry).hlen(this.#keys.open).zcard(this.#keys.outbox);
    });
    const [groups, open, outbox] = answers as [number, number, number];
    return { groups, open, outbox };
  }

  /** Answers of the pipeline's commands; the claim is looked at behind them, so that what they say is of its time. */
  async #read(
    what: string,
    epoch: number | undefined,
    ask: (pipeline: ChainableCommander) => void,
  ): Promise<readonly unknown[]> {
    const answers = await this.#connection.pipeline(what, (pipeline) => {
      ask(pipeline);
      if (epoch !== undefined) pipeline.hget(this.#keys.meta, "epoch");
    });
    if (epoch === undefined) return answers;
    const stored = answers.at(-1) as string | null;
    if (stored === String(epoch)) return answers.slice(0, -1);
    const known = { epoch: stored === null ? null : Number(stored), offset: null };
    throw refuseEpoch(this.#where, epoch, known);
  }

  async #seen(sources: readonly number[]): Promise<Claim["seen"]> {
    if (sources.length === 0) return [];
    const answers = await this.#connection.pipeline(`claim ${this.#where}`, (pipeline) => {
      for (const source of sources) pipeline.zrange(this.#keys.seen(source), "0", "-1");
    });
    return (answers as string[][]).flatMap((members, i) =>
      members.map((text) => {
        const [offset, member] = splitMember(text);
        return { rawPartition: sources[i]!, offset, member };
      }),
    );
  }

  async #expired(time: number, after: number): Promise<readonly GroupKey[]> {
    return this.#connection.run(`trim ${this.#where}`, (redis) =>
      redis.zrangebyscore(this.#keys.expiry, "-inf", `(${time}`, "LIMIT", after, trimPage),
    );
  }

  /** Runs a script and turns its result code into what the port promises. */
  async #script(
    action: string,
    script: Script,
    keys: readonly string[],
    args: readonly string[],
    { epoch = 0, expectedOffset = 0, continues = false }: Partial<BatchChange> = {},
  ): Promise<readonly unknown[]> {
    const what = `${action} in ${this.#where}`;
    const [code, ...answer] = await this.#connection.run(what, (redis) => script.run(redis, keys, args));
    if (code === "OK") return answer;
    const stored = answer[0] === "" ? null : Number(answer[0]);
    if (code === "EPOCH") throw refuseEpoch(this.#where, epoch, { epoch: stored, offset: null });
    if (code === "OFFSET") {
      throw refuseOffset(this.#where, { expectedOffset, continues }, { epoch: null, offset: stored });
    }
    if (code === "DENIED") {
      throw new AccessRefused(`Cannot ${what}: Redis must allow +${answer[0]}: current value is denied`);
    }
    throw new TransientError(
      `Cannot ${what}: Redis must hold what Corral wrote: current value is ${code} ${answer.join(" ")}`,
    );
  }
}

function decodeWindow(flat: readonly string[]): readonly WindowEntry[] {
  // Redis orders equal times by the bytes of the member, which is not the order of ids.
  return pairs(flat)
    .map(([member, t]) => decodeEntry(member, t))
    .sort(compareEntries);
}

/** Member and score, as WITHSCORES gives them in turn. */
function pairs(flat: readonly string[]): (readonly [string, number])[] {
  const result: (readonly [string, number])[] = [];
  for (let i = 0; i < flat.length; i += 2) result.push([flat[i]!, Number(flat[i + 1])]);
  return result;
}

/** `<number>:<text>` */
function splitMember(member: string): [number, string] {
  const colon = member.indexOf(":");
  return [Number(member.slice(0, colon)), member.slice(colon + 1)];
}
