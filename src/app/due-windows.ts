/**
 * What a partition's store says is due. Some of it stays due, look after look: windows of rules that this process does
 * not know (another version's, in a rolling deploy), and those that wait for other partitions. They must not hide what
 * falls due behind them.
 */
import type { PartitionJudge } from "../correlation/partition-judge.ts";
import type { Due, GroupKey, PartitionState } from "../state/store.ts";

/** Windows looked at in one round at most, beside those that stay due. */
const dueLimit = 5_000;
/** A window of a rule that nobody here knows is given up once it has been due for so long (event time). */
const orphanMs = 86_400_000;

export class DueWindows {
  readonly #state: Pick<PartitionState, "due">;
  #before: ReadonlySet<GroupKey> = new Set();
  /** Windows of the last look that had been due in the one before. */
  #staying = 0;

  constructor(state: Pick<PartitionState, "due">) {
    this.#state = state;
  }

  /** Earliest first; `all` false: more is due at this event time. Looked at again and again, it comes to all. */
  async look(time: number): Promise<{ readonly due: readonly Due[]; readonly all: boolean }> {
    const limit = dueLimit + this.#staying;
    const due = await this.#state.due(time, limit);
    this.#staying = due.filter(({ key }) => this.#before.has(key)).length;
    this.#before = new Set(due.map(({ key }) => key));
    return { due, all: due.length < limit };
  }
}

/** Windows that the judge has no use for, to be given up. */
export function orphansOf(
  due: readonly Due[],
  judge: Pick<PartitionJudge, "has">,
  time: number,
): readonly GroupKey[] {
  return due.filter(({ key, at }) => at + orphanMs < time && !judge.has(key)).map(({ key }) => key);
}
