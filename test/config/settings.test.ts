import { expect, it } from "vitest";
import { groupName } from "../../src/config/group-name.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { settingList } from "../../src/config/settings.ts";
import { settingsSchema } from "../../src/config/settings-schema.ts";
import { settingsTable } from "../../src/config/settings-table.ts";
import { topicName } from "../../src/config/topic-name.ts";

it("keeps the environment names that others rely on", () => {
  const names = settingList.map(({ environment }) => environment);
  for (const name of [
    "KAFKA_BROKERS",
    "REDIS_URL",
    "REGISTRY_URL",
    "ROLE",
    "RULES",
    "HTTP_PORT",
    "PREFIX",
    "ALLOWED_LATENESS",
    "IDLE_TIMEOUT",
    "SESSION_TIMEOUT",
    "ENRICHED_FORWARD",
  ]) {
    expect(names).toContain(`CORRAL_${name}`);
  }
});

it("gives no two settings the same path, variable or flag", () => {
  for (const name of ["path", "environment", "flag"] as const) {
    const names = settingList.map((setting) => setting[name]).filter((value) => value !== null);
    expect(new Set(names).size).toBe(names.length);
  }
});

it("has a row in the manual's table for every setting", () => {
  const rows = settingsTable().trimEnd().split("\n");
  expect(rows).toHaveLength(settingList.length + 2);
  for (const row of rows) expect(row.replaceAll("\\|", "").match(/\|/g)).toHaveLength(6);
  expect(rows.find((row) => row.includes("CORRAL_HTTP_PORT"))).toMatch(
    /^\| `http.port` \| `CORRAL_HTTP_PORT` \| `--http-port` \| `8080` \| .*0 to 65535\. \|$/,
  );
});

it("describes the file in JSON Schema: nested, closed, with defaults", () => {
  expect(settingsSchema()).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    additionalProperties: false,
    properties: {
      http: {
        additionalProperties: false,
        properties: { port: { type: "integer", minimum: 0, maximum: 65_535, default: 8080 } },
      },
      role: { type: "array", items: { enum: ["enrich", "correlate"] }, default: ["enrich", "correlate"] },
      allowed_lateness: { type: "string", default: "60s" },
      enriched: { properties: { forward: { enum: ["all", "matched"] } } },
      lists: { additionalProperties: { type: "array", items: { type: "string" } } },
    },
  });
});

it("puts the prefix before topic names and group ids", () => {
  const config = loadConfig({ flags: {}, env: { CORRAL_PREFIX: "blue." } });
  expect(topicName(config, "deadLetter")).toBe("blue.events.dead-letter");
  expect(groupName(config, "correlate")).toBe("blue.corral-correlate");
});
