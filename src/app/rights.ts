/**
 * What each role and command must be allowed in Kafka. A start asks for exactly this before it does anything, the manual
 * prints it (docs/security.md), and the tests grant no more. Read and Write include Describe; nobody needs more of a
 * group than Read, nor anything of the cluster or of transactions.
 */
import { groupName } from "../config/group-name.ts";
import type { Config } from "../config/settings.ts";
import { topicName } from "../config/topic-name.ts";
import type { TableName } from "../enrichment/enricher.ts";
import type { Right } from "../transport/log.ts";
import { tablesOfEnrichers } from "./enrichment-of.ts";

type TopicKey = keyof Config["topics"];

export interface Need {
  readonly operations: readonly Right["operation"][];
  readonly topic: TopicKey | null;
  readonly group: keyof Config["groups"] | null;
  /** What it depends on; null: always. */
  readonly when: Condition | null;
}

interface Condition {
  /** For people. */
  readonly text: string;
  readonly holds: (config: Config) => boolean;
}

const operate = (operations: Need["operations"], topic: TopicKey, when: Condition | null = null): Need => ({
  operations,
  topic,
  group: null,
  when,
});
const read = (topic: TopicKey, when?: Condition) => operate(["Read"], topic, when);
const write = (topic: TopicKey, when?: Condition) => operate(["Write"], topic, when);
const both = (topic: TopicKey, when?: Condition) => operate(["Read", "Write"], topic, when);
const member = (group: keyof Config["groups"]): Need => ({
  operations: ["Read"],
  topic: null,
  group,
  when: null,
});

const rulesTopic: Condition = { text: "`rules_topic`", holds: (config) => config.rulesTopic };
const table = (name: TableName): Condition => ({
  text: "`enrichers`",
  holds: (config) => tablesOfEnrichers(config.enrichers).includes(name),
});
const silence: Condition = {
  text: "`silence_timeout`",
  holds: (config) => config.silenceTimeoutMs !== null,
};

const all: readonly TopicKey[] = [
  "raw",
  "enriched",
  "alerts",
  "actions",
  "deadLetter",
  "rules",
  "inventory",
  "sessions",
  "indicators",
];

/** In the order of the manual. A condition names the setting without which the right is not needed. */
export const needs = {
  enrich: [
    read("raw"),
    write("enriched"),
    write("alerts"),
    write("deadLetter"),
    both("inventory", table("inventory")),
    both("sessions", table("sessions")),
    read("indicators", table("indicators")),
    read("rules", rulesTopic),
    member("enrich"),
  ],
  correlate: [
    both("enriched"),
    both("alerts"),
    write("actions"),
    write("deadLetter"),
    operate(["Describe"], "raw", silence),
    read("rules", rulesTopic),
    member("correlate"),
  ],
  "topics create": all.map((topic) => operate(["Create", "Describe"], topic)),
  "topics status": all.map((topic) => operate(["Describe", "DescribeConfigs"], topic)),
  alerts: [read("alerts")],
  "inventory load": [write("inventory")],
  "inventory kubernetes, docker": [both("inventory")],
  "inventory kubernetes, docker --events": [both("inventory"), write("raw")],
  "indicators sync": [both("indicators")],
  "indicators check, stats": [read("indicators")],
  "rules push": [both("rules")],
  "rules list, diff": [read("rules")],
  "rules shadow": [read("alerts"), read("rules", rulesTopic)],
  "replay --topic events.raw": [read("raw")],
  "replay --topic events.enriched": [read("enriched")],
  "dead-letter list, show": [read("deadLetter")],
  "dead-letter replay": [read("deadLetter"), write("raw"), write("enriched")],
  "demo --live": [write("raw"), read("alerts")],
} as const satisfies Readonly<Record<string, readonly Need[]>>;

/** A role, or a command with its words. */
export type Actor = keyof typeof needs;

/** With the names of this installation. */
export function rightsOf(config: Config, actor: Actor): readonly Right[] {
  return needs[actor]
    .filter(({ when }: Need) => when === null || when.holds(config))
    .flatMap(({ operations, topic, group }: Need) =>
      operations.map(
        (operation): Right =>
          group === null
            ? { operation, resource: "Topic", name: topicName(config, topic!) }
            : { operation, resource: "Group", name: groupName(config, group) },
      ),
    );
}
