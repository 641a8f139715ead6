/** The rules topic as a source of a running process: its last push as a whole, or what is wrong with it. */
import type { Clock } from "../clock.ts";
import { ConfigError } from "../errors.ts";
import { inFileOrder, type RuleDocuments } from "./rule-document.ts";
import { type FoundRules, type RuleSource, unreadable } from "./rule-source.ts";
import type { RulesTopic, RulesTopicState } from "./rules-topic.ts";

/** A push that is under way is waited for so often and so long, milliseconds. */
const waits = 10;
const waitMs = 200;

export function topicSource(topic: RulesTopic, clock: Pick<Clock, "sleep">): RuleSource {
  /** Where a half push was waited for in vain. */
  let given = -1;
  let hadRules = false;

  async function settled(): Promise<RulesTopicState> {
    let found = await topic.read();
    for (let wait = 0; found.state === "half" && found.position !== given && wait < waits; wait += 1) {
      await clock.sleep(waitMs);
      found = await topic.read();
    }
    given = found.state === "half" ? found.position : -1;
    return found;
  }

  return {
    read: async () => {
      try {
        const found = await settled();
        // A start behind a push that never ended takes the set before it: no detection at all would be worse.
        if (found.state === "half" && !hadRules && found.last !== null) {
          hadRules = true;
          return whole(found.last.documents, found.last.set.hash);
        }
        if (found.state === "half") return unreadable(halfAPush(found));
        // Somebody has made the topic anew: nobody has said that there shall be no rules.
        if (found.state === "empty" && hadRules) return unreadable(emptied());
        hadRules ||= found.documents.size > 0;
        return whole(found.documents, found.last?.set.hash ?? "none");
      } catch (error) {
        if (error instanceof ConfigError) return unreadable(error);
        throw error;
      }
    },
  };
}

function whole(documents: RuleDocuments, hash: string): FoundRules {
  const texts = inFileOrder(documents).map(({ file, line, text }) => ({ file, line, text }));
  return { hash, texts, error: null };
}

function halfAPush({ position, unreadable }: RulesTopicState): ConfigError {
  const why = unreadable.size === 0 ? "" : `; cannot be read: ${[...unreadable.values()].join("; ")}`;
  return new ConfigError(
    `Cannot take rules from the topic: its last push must be there as a whole (run \`corral rules push\` again): current value is half a push up to offset ${position}${why}`,
  );
}

function emptied(): ConfigError {
  return new ConfigError(
    "Cannot take rules from the topic: it must hold a set (run `corral rules push` again): current value is an empty topic",
  );
}
