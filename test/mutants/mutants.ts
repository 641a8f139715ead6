/**
 * The guards that the promises rest on, each as the change of one line that takes it away, and what must notice. A guard
 * that gets away with it is a hole in the tests.
 */
export interface Mutant {
  /** The guard that is taken away. */
  readonly guard: string;
  /** From the root of the tree. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly from: string;
  readonly to: string;
  readonly killer: Killer;
}

/** Seeds of the simulation with these faults (all, where none are named), or one file of tests. */
export type Killer =
  | { readonly seeds: number; readonly only?: readonly string[] }
  | { readonly project: "unit" | "integration"; readonly file: string };

const redisContract: Killer = { project: "integration", file: "test/integration/redis-store.test.ts" };
const memoryContract: Killer = { project: "unit", file: "test/state/memory-store.test.ts" };
const overload: Killer = { project: "unit", file: "test/app/overload.test.ts" };
const crashes: Killer = { seeds: 120, only: ["crash", "crash-loop", "broker-away"] };

export const mutants: readonly Mutant[] = [
  {
    guard: "epoch fence",
    file: "src/state/refusal.ts",
    from: "  if (stored.epoch === epoch) return null;\n",
    to: "  if (stored.epoch !== undefined) return null;\n",
    killer: { seeds: 120, only: ["freeze", "cut-off", "late-write"] },
  },
  {
    guard: "offset check",
    file: "src/state/refusal.ts",
    from: "  if (stored.offset === null ? !continues : stored.offset === expectedOffset) return null;\n",
    to: "  if (stored.offset === null ? !continues : stored.offset !== expectedOffset - 0.5) return null;\n",
    killer: { seeds: 120, only: ["store-failover"] },
  },
  {
    guard: "an offset where there must be one",
    file: "src/app/partition-session.ts",
    from: "      continues: this.#continues,\n",
    to: "      continues: false,\n",
    killer: { seeds: 300, only: ["store-failover"] },
  },
  {
    guard: "outbox: sent again at a claim",
    file: "src/app/partition-session.ts",
    from: "    await this.#emit(claim.outbox.map(emissionOf));\n",
    to: "    this.#acked = this.#seq;\n",
    killer: crashes,
  },
  {
    guard: "outbox: cleared only when acknowledged",
    file: "src/app/partition-session.ts",
    from: "      outboxAcked: this.#acked,\n",
    to: "      outboxAcked: this.#seq,\n",
    killer: crashes,
  },
  {
    guard: "commit of raw offsets after what they gave rise to is acknowledged",
    file: "src/app/enrich-worker.ts",
    from: "    await this.#send(results);\n",
    to: "    void this.#send(results).catch(() => {});\n",
    killer: { seeds: 200, only: ["produce-refused", "crash", "terminate"] },
  },
  {
    guard: "one event id counts once",
    file: "src/correlation/judge.ts",
    from: '  if (group.has(entry.id)) return "duplicate";\n',
    to: "",
    killer: { seeds: 60, only: ["none"] },
  },
  {
    guard: "watermark: the minimum over all raw partitions",
    file: "src/correlation/raw-progress.ts",
    from: "      time = Math.min(time, this.#partitions.get(partition)?.time ?? Number.NEGATIVE_INFINITY);\n",
    to: "      if (partition === 0) time = this.#partitions.get(partition)?.time ?? Number.NEGATIVE_INFINITY;\n",
    killer: { seeds: 60, only: ["crash-loop"] },
  },
  {
    guard: "transport duplicates: the floor",
    file: "src/correlation/raw-progress.ts",
    from: "offset < known.floor || seen.has(",
    to: "seen.has(",
    killer: { project: "unit", file: "test/correlation/raw-progress.test.ts" },
  },
  {
    guard: "transport duplicates: the set of what was seen",
    file: "src/correlation/raw-progress.ts",
    from: "offset < known.floor || seen.has(",
    to: "offset < known.floor || [].includes(",
    killer: { project: "unit", file: "test/correlation/raw-progress.test.ts" },
  },
  {
    guard: "watermark record only after an accepted commit",
    file: "src/transport/consume-loop.ts",
    from: "    if (!accepted || generation !== this.#generation) {\n",
    to: "    if (generation === -1) {\n",
    killer: { seeds: 120, only: ["cut-off", "freeze", "broker-away"] },
  },
  {
    guard: "timestamps ahead of the broker are replaced",
    file: "src/sources/clamp-time.ts",
    from: "  if (readable && draft.timestamp - brokerTime <= maxAhead) return draft;\n",
    to: "  if (readable) return draft;\n",
    killer: { seeds: 60, only: ["none"] },
  },
  {
    guard: "the idle clock as it was when the end was asked for",
    file: "src/app/watermark-writer.ts",
    from: "        now,\n        this.#options,\n",
    to: "        clock.now(),\n        this.#options,\n",
    killer: { project: "unit", file: "test/app/watermark-writer.test.ts" },
  },
  {
    guard: "a partition pauses while its store is away",
    file: "src/transport/partition-run.ts",
    from: "    this.#recovering = true;\n    this.#context.member.pause(this.partition);\n",
    to: "    this.#recovering = true;\n",
    killer: { project: "unit", file: "test/transport/paused-and-alive.test.ts" },
  },
  {
    guard: "heartbeats in long batches",
    file: "src/transport/partition-run.ts",
    from: "      heartbeat().catch(() => {}); // the client notices by itself that the group has moved on\n",
    to: "",
    killer: { project: "unit", file: "test/transport/paused-and-alive.test.ts" },
  },
  {
    guard: "quarantine of a record that stops its batch",
    file: "src/transport/partition-run.ts",
    from: "    if (this.#defect.at === this.worker.position() && this.#defect.times >= 2) {\n",
    to: "    if (this.#defect.times === -1) {\n",
    killer: { seeds: 30, only: ["none"] },
  },
  {
    guard: "a change is carried out once under one token",
    file: "src/state/memory/memory-partition.ts",
    from: "    if (data.tokens.includes(change.token)) return;\n",
    to: "",
    killer: memoryContract,
  },
  {
    guard: "what was put off is read again after a failure",
    file: "src/app/correlate-worker.ts",
    from: "    return this.#unsure ? this.#applied : this.#position;\n",
    to: "    return this.#position;\n",
    killer: { project: "unit", file: "test/app/put-off.test.ts" },
  },
  {
    guard: "what stands before a record that is set aside is applied",
    file: "src/transport/partition-run.ts",
    from: "      await this.worker.drain?.();\n      return false;\n",
    to: "      return false;\n",
    killer: { project: "unit", file: "test/transport/consume-loop.test.ts" },
  },
  {
    guard: "records one by one begin anew where a claim has gone back",
    file: "src/transport/partition-run.ts",
    from: "        if (this.worker.position() <= record.offset) return;\n",
    to: "",
    killer: { project: "unit", file: "test/transport/consume-loop.test.ts" },
  },
  {
    guard: "only what is applied is committed",
    file: "src/app/correlate-worker.ts",
    from: "    return { offset: this.#applied };\n",
    to: "    return { offset: this.#position };\n",
    killer: { project: "unit", file: "test/app/put-off.test.ts" },
  },
  {
    guard: "what was put off is applied before commits",
    file: "src/transport/consume-loop.ts",
    from: "    await Promise.all(claimed.map((run) => run.flush()));\n",
    to: "",
    killer: { project: "unit", file: "test/transport/consume-loop.test.ts" },
  },
  {
    guard: "alerts that were open are taken up again when state was lost",
    file: "src/app/correlate-worker.ts",
    from: "    await this.#restore(beginning.open);\n",
    to: "",
    killer: { seeds: 60, only: ["store-emptied"] },
  },
  {
    guard: "windows that are not whole raise nothing while state is rebuilt",
    file: "src/correlation/episodes.ts",
    from: "  if (isNews && known === undefined && t - rule.retention < rebuilding.completeFrom) return null;\n",
    to: "",
    killer: { project: "unit", file: "test/app/rebuilding.test.ts" },
  },
  {
    guard: "readers of alerts wait until it is known how long these last",
    file: "src/correlation/judge-settings.ts",
    from: "  return settings.delays?.get(rule) ?? latenessOf(rule, settings);\n",
    to: "  return latenessOf(rule, settings);\n",
    killer: { seeds: 120, only: ["none"] },
  },
  {
    guard: "groups beyond a rule's share are given up",
    file: "src/app/correlate-worker.ts",
    from: "    await this.#shed(verdicts);\n",
    to: "",
    killer: overload,
  },
  {
    guard: "what was given up is told of by the next owner",
    file: "src/app/partition-session.ts",
    from: "      overload: meta?.overload ?? [],\n",
    to: "      overload: [],\n",
    killer: overload,
  },
  {
    guard: "live groups are counted with the windows that make them",
    file: "src/state/memory/memory-partition.ts",
    from: "      if (count === 0) data.live.delete(name);\n",
    to: "      if (count !== -1) continue;\n",
    killer: { seeds: 30, only: ["crash"] },
  },
  {
    guard: "of a storm only the first alerts are written",
    file: "src/correlation/opening-rate.ts",
    from: "    return count <= this.#most;\n",
    to: "    return true;\n",
    killer: overload,
  },
  {
    guard: "what is asked under a claim that the store has forgotten is refused",
    file: "src/state/redis/redis-partition.ts",
    from: "    if (stored === String(epoch)) return answers.slice(0, -1);\n",
    to: "    if (stored !== 'x') return answers.slice(0, -1);\n",
    killer: redisContract,
  },
  {
    guard: "Lua: trimming counts down",
    file: "src/state/redis/trim.lua",
    from: "    if count > 1 then\n",
    to: "    if count > 1e15 then\n",
    killer: redisContract,
  },
  {
    guard: "Lua: epoch fence",
    file: "src/state/redis/apply.lua",
    from: "if known[1] ~= epoch then\n",
    to: "if known[1] == epoch .. 'x' then\n",
    killer: redisContract,
  },
  {
    guard: "Lua: offset check",
    file: "src/state/redis/apply.lua",
    from: 'if offset and offset ~= expected or not offset and ARGV[5] == "1" then\n',
    to: 'if not offset and ARGV[5] == "1" then\n',
    killer: redisContract,
  },
  {
    guard: "Lua: an offset where there must be one",
    file: "src/state/redis/apply.lua",
    from: 'if offset and offset ~= expected or not offset and ARGV[5] == "1" then\n',
    to: "if offset and offset ~= expected then\n",
    killer: redisContract,
  },
  {
    guard: "Lua: a change is carried out once under one token",
    file: "src/state/redis/apply.lua",
    from: 'if string.find("\\n" .. tokens .. "\\n", "\\n" .. token .. "\\n", 1, true) then\n',
    to: 'if string.find("\\n" .. tokens .. "\\n", "\\n" .. token .. "x\\n", 1, true) then\n',
    killer: redisContract,
  },
  {
    guard: "numbers that no store keeps exactly are refused before they are sent",
    file: "src/state/check-change.ts",
    from: '  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) fail(what, "be a time below 2^53", value);\n',
    to: "",
    killer: memoryContract,
  },
  {
    guard: "Lua: trimming is fenced",
    file: "src/state/redis/trim.lua",
    from: "if epoch ~= ARGV[1] then\n",
    to: "if epoch == ARGV[1] .. 'x' then\n",
    killer: redisContract,
  },
];
