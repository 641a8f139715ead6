/** What plays the demo's story, as the configuration has it. Throws RuleError, ConfigError. */

import type { Config } from "../config/settings.ts";
import type { PlayOptions } from "./demo-play.ts";
import { enrichmentOf } from "./enrichment-of.ts";
import { judgeSettings } from "./judge-settings.ts";
import { loadRuleSet } from "./load-rule-set.ts";

export function playOptions(config: Config): PlayOptions {
  return {
    rules: loadRuleSet(config),
    judge: judgeSettings(config),
    actions: { mode: config.actions.mode, ttl: config.actions.ttlMs },
    chain: enrichmentOf(config),
    rawTopic: config.topics.raw,
  };
}
