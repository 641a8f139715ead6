/**
 * `corral rules push`: the rules topic is brought to hold what was asked for, as one whole set. Two people who push at
 * the same time notice: the set of one of them does not fit to what then lies there, and that one begins anew.
 */
import type { Clock } from "../clock.ts";
import type { Codec } from "../codec/codec.ts";
import type { RuleRecord } from "../codec/rule-document.ts";
import { ConfigError, InvalidMessage, messageOf, RuleError, TransientError } from "../errors.ts";
import type { LoadOptions } from "../rules/load-rules.ts";
import type { Log, OutgoingRecord } from "../transport/log.ts";
import type { LocalDocuments } from "./local-documents.ts";
import { type RuleDocuments, setKey, setOf } from "./rule-document.ts";
import { hasMoved, planRules, type RulePlan } from "./rule-plan.ts";
import { RulesTopic, type RulesTopicState } from "./rules-topic.ts";

export interface PushOptions {
  readonly log: Pick<Log, "bounds" | "read" | "producer">;
  readonly topic: string;
  readonly codec: Codec<RuleRecord>;
  readonly clock: Pick<Clock, "now" | "sleep">;
  readonly local: LocalDocuments;
  readonly prune: boolean;
  readonly dryRun: boolean;
  readonly load: LoadOptions;
}

export interface PushResult extends RulePlan {
  readonly written: boolean;
}

const attempts = 3;
const sendMs = 30_000;

/**
 * Throws RuleError with all faults of the whole set (nothing is written then), ConfigError for a missing topic or a
 * record that the broker refuses, TransientError.
 */
export async function pushRules(options: PushOptions): Promise<PushResult> {
  const topic = new RulesTopic({ ...options, decode: options.codec.decode });
  for (let attempt = 1; ; attempt += 1) {
    const found = await topic.read();
    const plan = planRules(standing(found), options.local, options);
    if (plan.faults.length > 0) {
      if (attempt > 1 && found.last !== null) await bring(topic, found, found.last.documents, options);
      throw new RuleError(plan.faults);
    }
    if (options.dryRun || !isNeeded(found, plan)) return { ...plan, written: false };
    if (await bring(topic, found, plan.target, options)) return { ...plan, written: true };
    if (attempt === attempts) throw new TransientError(overtaken);
    await options.clock.sleep(100 + Math.random() * 400);
  }
}

const overtaken = `Cannot push the rules: nobody else may push at the same time: current value is ${attempts} attempts that were overtaken; run it again`;

/** What a push builds on: the last whole set. Documents of a push that never ended count only where no other is known. */
export function standing({ last, documents }: RulesTopicState): RuleDocuments {
  return last?.documents ?? documents;
}

function isNeeded(found: RulesTopicState, { target, changes, moved }: RulePlan): boolean {
  if (changes.length > 0 || moved > 0) return true;
  return found.state === "half" || (found.state === "empty" && target.size > 0);
}

/** Writes what leads from what lies there to `target`; whether it then lay there as a whole. */
async function bring(
  topic: RulesTopic,
  found: RulesTopicState,
  target: RuleDocuments,
  options: PushOptions,
): Promise<boolean> {
  const set = setOf(target, options.clock.now());
  await send([...differences(found, target), [setKey, set]], options);
  await topic.read();
  return topic.wasWhole(set);
}

type Difference = readonly [key: string, record: RuleRecord | null];

function differences(
  { documents, unreadable }: RulesTopicState,
  target: RuleDocuments,
): readonly Difference[] {
  const gone = [...documents.keys(), ...unreadable.keys()].filter(
    (key) => !target.has(key) && key !== setKey,
  );
  const written = [...target.values()].filter((document) => {
    const lying = documents.get(document.key);
    return lying === undefined || lying.hash !== document.hash || hasMoved(lying, document);
  });
  return [
    ...gone.map((key): Difference => [key, null]),
    ...written.map(
      ({ key, id, file, line, text }): Difference => [key, { kind: "document", id, file, line, text }],
    ),
  ];
}

async function send(
  records: readonly Difference[],
  { log, topic, codec }: Pick<PushOptions, "log" | "topic" | "codec">,
): Promise<void> {
  const producer = log.producer();
  const sent = producer.send(
    records.map(
      ([key, record]): OutgoingRecord => ({
        topic,
        partition: 0,
        key,
        value: record === null ? null : codec.encode(record),
      }),
    ),
  );
  sent.catch(() => {});
  await producer.close(sendMs);
  await sent.catch((cause: unknown) => {
    const Kind = cause instanceof InvalidMessage ? ConfigError : TransientError;
    const must = `Kafka must acknowledge all records within ${sendMs / 1_000}s (run it again: half of it may lie there)`;
    throw new Kind(`Cannot push the rules: ${must}: current value is "${messageOf(cause)}"`, { cause });
  });
}
