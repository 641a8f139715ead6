import type { Config } from "./settings.ts";

/** The name that a topic has on the brokers: the prefix and its own. */
export function topicName(config: Pick<Config, "prefix" | "topics">, topic: keyof Config["topics"]): string {
  return config.prefix + config.topics[topic];
}
