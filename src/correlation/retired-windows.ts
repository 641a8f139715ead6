/**
 * Windows of rules that are in force no longer. They take no events in and decide nothing: all that is done is to close
 * an alert that is open in one, when the watermark has passed its end, under the rule that opened it: as this process
 * knows it, or in the words that are kept with the window. What had not been decided stays as it is in the store, for an
 * owner that still has the rule.
 */
import type { RuleSet } from "../rules/rule-set.ts";
import type { GroupChange, GroupKey, StoredGroup } from "../state/store.ts";
import { decodeRecord } from "./episode.ts";
import { close } from "./episodes.ts";
import { GroupWindow } from "./group-window.ts";
import { delayOf, type JudgeSettings } from "./judge-settings.ts";
import { ruleOfWords } from "./rule-words.ts";
import { schedule } from "./schedule.ts";
import type { Verdict } from "./verdict.ts";
import { placeOf } from "./window-key.ts";

const nothing = { changes: [], ended: [] };

export class RetiredWindows {
  readonly #rules: RuleSet["retired"];
  readonly #settings: JudgeSettings;
  readonly #open = new Map<GroupKey, GroupWindow>();
  /** Nothing is open in them; what they hold is somebody else's, or nobody's. */
  readonly #left = new Set<GroupKey>();
  readonly #changed = new Map<GroupKey, GroupWindow>();
  readonly #ended = new Set<GroupKey>();

  constructor(rules: RuleSet["retired"], settings: JudgeSettings) {
    this.#rules = rules;
    this.#settings = settings;
  }

  has(key: GroupKey): boolean {
    return this.#open.has(key);
  }

  /** Whether the window may hold something open. */
  wants(key: GroupKey): boolean {
    return !this.#left.has(key);
  }

  /** Takes a window over from the store; false: nothing in it can be done here. */
  adopt(key: GroupKey, stored: StoredGroup): boolean {
    const { name, group } = placeOf(key);
    const { rule: words } = decodeRecord(stored.open);
    const rule = this.#rules.get(name)?.rule ?? (words === undefined ? undefined : ruleOfWords(name, words));
    if (rule === undefined) {
      this.#left.add(key);
      return false;
    }
    this.#open.set(key, new GroupWindow(rule, group, stored));
    return true;
  }

  /** Closes what has ended at this event time. In order of keys, whoever does it. */
  settle(time: number, verdicts: Verdict[]): void {
    if (this.#open.size === 0) return;
    const keys = [...this.#open.keys()].sort((a, b) => (a < b ? -1 : 1));
    for (const key of keys) {
      const group = this.#open.get(key)!;
      close(group, time - delayOf(group.rule, this.#settings), this.#settings, verdicts);
      this.#schedule(group, time);
      if (group.dirty) this.#changed.set(key, group);
      if (group.episodes.length === 0) this.#end(group, time);
    }
  }

  /** What has changed since it was last asked; `ended` windows can matter to nobody any more. */
  takeChanges(): { readonly changes: readonly GroupChange[]; readonly ended: readonly GroupKey[] } {
    if (this.#changed.size === 0 && this.#ended.size === 0) return nothing;
    const changes = [...this.#changed.values()].map((group) => group.takeChange());
    const ended = [...this.#ended];
    this.#changed.clear();
    this.#ended.clear();
    return { changes, ended };
  }

  /** A rule that is only known by its words cannot say what else it waits for: the window stays due. */
  #schedule(group: GroupWindow, time: number): void {
    schedule(group, this.#settings);
    const { judged } = group.rule;
    if (!this.#rules.has(group.name) && judged !== "eager") group.deadline ??= time;
  }

  /** Nothing is open: the window goes at its time, unless something in it was never decided. */
  #end(group: GroupWindow, time: number): void {
    const { key, deadline, expiry } = group;
    this.#open.delete(key);
    if (deadline !== null) this.#left.add(key);
    else if (expiry === null || expiry < time) {
      this.#ended.add(key);
      this.#changed.delete(key);
    }
  }
}
