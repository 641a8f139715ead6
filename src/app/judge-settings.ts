/** The judge's part of the configuration. */
import type { Config } from "../config/settings.ts";
import type { JudgeSettings } from "../correlation/judge-settings.ts";

export function judgeSettings(config: Config): JudgeSettings {
  return {
    allowedLateness: config.allowedLatenessMs,
    updateInterval: config.alerts.updateIntervalMs,
    maxEvidence: config.alerts.evidence,
    maxEvents: config.state.maxEvents,
    maxGroups: config.state.maxGroups,
    maxAlertsPerMinute: config.alerts.maxPerMinute,
  };
}
