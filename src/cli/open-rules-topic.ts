/** Kafka and the codecs for a command about the rules topic. */

import type { PushOptions } from "../app/push-rules.ts";
import type { LoadOptions } from "../rules/load-rules.ts";
import { configOf } from "./config-options.ts";

const pingMs = 10_000;

export type RulesTopicPorts = Pick<PushOptions, "log" | "topic" | "codec" | "clock"> & {
  readonly load: LoadOptions;
};

/** Closes the log when the work has ended. Throws ConfigError for bad settings, TransientError. */
export async function withRulesTopic<T>(
  options: Readonly<Record<string, unknown>>,
  work: (ports: RulesTopicPorts) => Promise<T>,
): Promise<T> {
  const [{ openLog, topicNames }, { openCodecs }, { loadOptions }, { systemClock }] = await Promise.all([
    import("../app/ports.ts"),
    import("../codec/open-codecs.ts"),
    import("../app/load-rule-set.ts"),
    import("../clock.ts"),
  ]);
  const config = configOf(options);
  const load = loadOptions(config);
  const topics = topicNames(config);
  const log = openLog(config, null);
  try {
    await log.ping(pingMs);
    const codecs = await openCodecs({ registryUrl: config.registry.url, subjects: topics });
    return await work({ log, topic: topics.rules, codec: codecs.rule, clock: systemClock, load });
  } finally {
    await log.close();
  }
}
