import type { CodecOptions } from "../../src/codec/open-codecs.ts";

/** For codecs without a registry, which asks for names. */
export const subjects: CodecOptions["subjects"] = {
  raw: "events.raw",
  enriched: "events.enriched",
  alerts: "alerts",
  actions: "actions",
  rules: "rules",
  inventory: "inventory",
  sessions: "sessions",
  indicators: "indicators",
};
