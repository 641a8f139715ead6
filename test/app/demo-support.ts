import { join } from "node:path";
import type { PlayOptions } from "../../src/app/demo-play.ts";
import { loadRuleSet } from "../../src/app/load-rule-set.ts";
import { enrichmentChain } from "../../src/enrichment/chain.ts";

/** The rules that the story was written for; the folder may hold more. */
export const storyRules = [
  "container_escape_attempt",
  "cryptomining_detection",
  "data_exfiltration",
  "lateral_movement",
].map((id) => join(import.meta.dirname, `../../rules/${id}.yml`));

export const playOptions: PlayOptions = {
  rules: loadRuleSet({ rules: storyRules, calendar: {}, lists: {} }),
  judge: { allowedLateness: 60_000, updateInterval: 60_000, maxEvidence: 50, maxEvents: 1_000 },
  actions: { mode: "dry_run", ttl: 900_000 },
  chain: enrichmentChain([]),
  rawTopic: "events.raw",
};
