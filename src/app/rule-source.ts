/** Where a running process takes its rules from: files, or the rules topic. */
import { createHash } from "node:crypto";
import { messageOf } from "../errors.ts";
import { type RuleText, readRuleFile, ruleFiles } from "../rules/load-rules.ts";

export interface RuleSource {
  /** What is there now; rejects with TransientError where that cannot be told for the moment. */
  read(): Promise<FoundRules>;
}

export interface FoundRules {
  /** The same for the same texts, and for the same error. */
  readonly hash: string;
  /** Null: they cannot be read, because of `error`. */
  readonly texts: readonly RuleText[] | null;
  readonly error: unknown;
}

/** Files and folders. */
export function fileSource(paths: readonly string[]): RuleSource {
  return {
    read: async () => {
      try {
        const texts = paths.flatMap(ruleFiles).map(readRuleFile);
        const hash = createHash("sha256");
        for (const { file, text } of texts) hash.update(JSON.stringify([file, text]));
        return { hash: hash.digest("hex"), texts, error: null };
      } catch (error) {
        return unreadable(error);
      }
    },
  };
}

export function unreadable(error: unknown): FoundRules {
  return { hash: `unreadable: ${messageOf(error)}`, texts: null, error };
}
