/**
 * Two owners of one partition, of which at most one is the true one, do what owners do in bad times: apply, crash and
 * claim, send again what was answered long ago, send twice at once, go on as a zombie; meanwhile the store trims, forgets
 * its scripts or loses everything. After every step the store must hold what a model of a few lines holds.
 */
import fc from "fast-check";
import { expect } from "vitest";
import { ClaimLost } from "../../src/errors.ts";
import type {
  BatchChange,
  GroupChange,
  OutboxRecord,
  PartitionState,
  SeenRecord,
  StoredGroup,
} from "../../src/state/store.ts";
import { change, entry, group, seen } from "../contracts/store-samples.ts";

export interface PropertySubject {
  /** The partition as one owner's process sees it; fresh and empty at the start of a run. */
  owner(): PartitionState;
  /** What the store holds, read without claiming. */
  peek(): Promise<{ readonly offset: number | null; readonly outbox: readonly OutboxRecord[] }>;
  empty(): Promise<void>;
  forgetScripts(): Promise<void>;
}

const keys = ["g", "h", "{i}:"];

interface Owner {
  readonly state: PartitionState;
  readonly sent: BatchChange[];
  epoch: number;
  position: number;
}

interface ModelGroup {
  readonly times: Map<string, number>;
  readonly open: string | null;
  readonly deadline: number | null;
  readonly expiry: number;
}

interface Model {
  epoch: number | null;
  offset: number | null;
  meta: string | null;
  /** Tokens applied since the offset last moved. */
  tokens: Set<string>;
  groups: Map<string, ModelGroup>;
  outbox: OutboxRecord[];
  seen: SeenRecord[];
}

function emptyModel(): Model {
  return {
    epoch: null,
    offset: null,
    meta: null,
    tokens: new Set(),
    groups: new Map(),
    outbox: [],
    seen: [],
  };
}

// What a step may be. Small ranges, so that steps meet.
const who = fc.nat({ max: 1 });
const entries = fc.array(
  fc.record({ t: fc.nat({ max: 20 }), id: fc.constantFrom("a", "b", "c", "d", "e") }),
  { maxLength: 4 },
);
const maybeTime = fc.option(fc.nat({ max: 30 }), { freq: 2 });
const groupSpec = fc.record({
  add: entries,
  remove: entries,
  trimBefore: maybeTime,
  open: fc.option(fc.constantFrom("o1", "o2")),
  deadline: maybeTime,
  expiry: fc.option(fc.nat({ max: 40 }), { freq: 5 }),
});
const spec = fc.record({
  moves: fc.nat({ max: 2 }),
  groups: fc.dictionary(fc.constantFrom(...keys), groupSpec),
  emits: fc.nat({ max: 2 }),
  acks: fc.boolean(),
  seen: fc.array(fc.record({ raw: fc.nat({ max: 1 }), offset: fc.nat({ max: 9 }) }), { maxLength: 3 }),
  floors: fc.dictionary(fc.constantFrom("0", "1"), fc.nat({ max: 9 })),
});
type Spec = typeof spec extends fc.Arbitrary<infer T> ? T : never;

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("apply" as const), who, spec }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("apply twice" as const), who, spec }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("claim" as const), who }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("send again" as const), who, which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("trim" as const), who, time: fc.nat({ max: 45 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forget scripts" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("empty" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export async function checkStoreProperty(open: () => PropertySubject, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: "max" }), async (steps) => {
      const run = new Run(open());
      await run.start();
      for (const each of steps) {
        await run.take(each);
        await run.compare();
      }
      await run.take({ do: "claim", who: 0 });
    }),
    { numRuns },
  );
}

class Run {
  readonly #subject: PropertySubject;
  readonly #owners: readonly Owner[];
  #model = emptyModel();
  #tokens = 0;

  constructor(subject: PropertySubject) {
    this.#subject = subject;
    this.#owners = [0, 1].map(() => ({ state: subject.owner(), sent: [], epoch: 0, position: 0 }));
  }

  async start(): Promise<void> {
    for (const owner of this.#owners) await this.#claim(owner);
  }

  async take(each: Step): Promise<void> {
    if (each.do === "forget scripts") return this.#subject.forgetScripts();
    if (each.do === "empty") {
      this.#model = emptyModel();
      return this.#subject.empty();
    }
    const owner = this.#owners[each.who]!;
    if (each.do === "claim") return this.#claim(owner);
    if (each.do === "trim") return this.#trim(owner, each.time);
    if (each.do === "send again") {
      const old = owner.sent[each.which % Math.max(1, owner.sent.length)];
      return old && this.#apply(owner, old, 1);
    }
    const next = this.#build(owner, each.spec);
    await this.#apply(owner, next, each.do === "apply twice" ? 2 : 1);
  }

  async compare(): Promise<void> {
    const stored = await this.#owners[0]!.state.load(keys);
    expect(stored).toEqual(keys.map((key) => this.#stored(key)));
    expect(await this.#subject.peek()).toEqual({ offset: this.#model.offset, outbox: this.#model.outbox });
    const due = [...this.#model.groups].map(([key, { deadline, expiry }]) => ({
      key,
      at: Math.min(deadline ?? expiry, expiry),
    }));
    const inOrder = due.filter(({ at }) => at < 25).sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
    expect(await this.#owners[1]!.state.due(25, 10)).toEqual(inOrder);
  }

  async #claim(owner: Owner): Promise<void> {
    const claim = await owner.state.claim();
    const { offset, meta, outbox } = this.#model;
    expect(claim).toMatchObject({ offset, meta, outbox });
    expect(claim.seen).toEqual(this.#model.seen);
    for (const { epoch } of this.#owners) expect(claim.epoch).toBeGreaterThan(epoch);
    this.#model.epoch = claim.epoch;
    owner.epoch = claim.epoch;
    owner.position = claim.offset ?? 100;
  }

  async #apply(owner: Owner, sent: BatchChange, times: number): Promise<void> {
    const refusal = this.#refusal(sent.epoch, sent);
    const outcomes = await Promise.all(
      Array.from({ length: times }, () => owner.state.apply(sent).catch((error: unknown) => error)),
    );
    for (const outcome of outcomes) expectOutcome(outcome, refusal);
    if (refusal !== null) return;
    if (!this.#model.tokens.has(sent.token)) this.#write(sent);
    if (sent === owner.sent.at(-1)) owner.position = sent.nextOffset;
  }

  async #trim(owner: Owner, time: number): Promise<void> {
    const refusal = this.#refusal(owner.epoch);
    const outcome = await owner.state.trim(owner.epoch, time, 2).catch((error: unknown) => error);
    if (refusal !== null) return expectOutcome(outcome, refusal);
    const settled = [...this.#model.groups]
      .filter(([, { open, deadline, expiry }]) => expiry < time && open === null && deadline === null)
      .sort(([a, { expiry: x }], [b, { expiry: y }]) => x - y || (a < b ? -1 : 1))
      .slice(0, 2);
    expect(outcome).toBe(settled.length);
    for (const [key] of settled) this.#model.groups.delete(key);
  }

  #refusal(epoch: number, sent?: BatchChange): "FENCED" | "CONFLICT" | null {
    const { epoch: current, offset, tokens } = this.#model;
    if (current === null || epoch > current) return "CONFLICT";
    if (epoch < current) return "FENCED";
    if (!sent || tokens.has(sent.token)) return null;
    return (offset === null ? !sent.continues : offset === sent.expectedOffset) ? null : "CONFLICT";
  }

  #build(owner: Owner, { moves, groups, emits, acks, seen: records, floors }: Spec): BatchChange {
    const token = `t${++this.#tokens}`;
    const last = this.#model.outbox.at(-1)?.seq ?? 0;
    const built = change({
      epoch: owner.epoch,
      token,
      expectedOffset: owner.position,
      continues: owner.position !== 100,
      nextOffset: owner.position + moves,
      meta: token,
      groups: Object.entries(groups).map(([key, fields]) =>
        group(key, { ...fields, add: fields.add.map(toEntry), remove: fields.remove.map(toEntry) }),
      ),
      outbox: Array.from({ length: emits }, (_, i) => ({ seq: last + i + 1, body: token })),
      outboxAcked: acks ? last : 0,
      seen: records.map(({ raw, offset }) => seen(raw, offset)),
      seenFloor: new Map(Object.entries(floors).map(([raw, floor]) => [Number(raw), floor])),
    });
    owner.sent.push(built);
    return built;
  }

  #write(sent: BatchChange): void {
    const model = this.#model;
    if (model.offset === null || sent.nextOffset > model.offset) model.tokens = new Set();
    model.tokens.add(sent.token);
    model.offset = sent.nextOffset;
    model.meta = sent.meta;
    for (const each of sent.groups) this.#writeGroup(each);
    const seqs = new Map([...model.outbox, ...sent.outbox].map((record) => [record.seq, record]));
    model.outbox = [...seqs.values()]
      .filter(({ seq }) => seq > sent.outboxAcked)
      .sort((a, b) => a.seq - b.seq);
    const all = new Map([...model.seen, ...sent.seen].map((record) => [JSON.stringify(record), record]));
    model.seen = [...all.values()]
      .filter(({ rawPartition, offset }) => offset >= (sent.seenFloor.get(rawPartition) ?? 0))
      .sort((a, b) => a.rawPartition - b.rawPartition || a.offset - b.offset);
  }

  #writeGroup({ key, add, remove, trimBefore, open, deadline, expiry }: GroupChange): void {
    if (expiry === null) {
      this.#model.groups.delete(key);
      return;
    }
    const times = new Map(this.#model.groups.get(key)?.times);
    for (const { id, t } of add) times.set(id, t);
    for (const { id } of remove) times.delete(id);
    for (const [id, t] of times) if (t < (trimBefore ?? 0)) times.delete(id);
    this.#model.groups.set(key, { times, open, deadline, expiry });
  }

  #stored(key: string): StoredGroup {
    const { times, open } = this.#model.groups.get(key) ?? { times: new Map<string, number>(), open: null };
    const held = [...times].map(([id, t]) => toEntry({ id, t }));
    return { entries: held.sort((a, b) => a.t - b.t || (a.id < b.id ? -1 : 1)), open };
  }
}

function toEntry({ id, t }: { id: string; t: number }) {
  return entry(t, { id });
}

function expectOutcome(outcome: unknown, refusal: string | null): void {
  if (refusal === null) {
    expect(outcome).toBeUndefined();
    return;
  }
  expect(outcome).toBeInstanceOf(ClaimLost);
  expect(outcome).toMatchObject({ code: refusal });
}
