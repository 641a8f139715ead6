/** Kafka and the codecs for a command about the rules topic. */

import type { PushOptions } from "../app/push-rules.ts";
import type { Actor } from "../app/rights.ts";
import type { LoadOptions } from "../rules/load-rules.ts";
import { configOf } from "./config-options.ts";

export type RulesTopicPorts = Pick<PushOptions, "log" | "topic" | "codec" | "clock"> & {
  readonly load: LoadOptions;
};

/** Closes the log when the work has ended. Throws ConfigError for bad settings, TransientError. */
export async function withRulesTopic<T>(
  options: Readonly<Record<string, unknown>>,
  actor: Actor,
  work: (ports: RulesTopicPorts) => Promise<T>,
): Promise<T> {
  const [ports, { reachLog }, { rightsOf }, { loadOptions }, { systemClock }] = await Promise.all([
    import("../app/ports.ts"),
    import("../app/reach-log.ts"),
    import("../app/rights.ts"),
    import("../app/load-rule-set.ts"),
    import("../clock.ts"),
  ]);
  const config = configOf(options);
  const load = loadOptions(config);
  const topics = ports.topicNames(config);
  const log = ports.openLog(config, null);
  try {
    await reachLog(log, rightsOf(config, actor));
    const codecs = await ports.codecsOf(config);
    return await work({ log, topic: topics.rules, codec: codecs.rule, clock: systemClock, load });
  } finally {
    await log.close();
  }
}
