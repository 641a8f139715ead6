import { expect, it } from "vitest";
import { showConfig } from "../../src/config/show-config.ts";

function shown(env: Record<string, string>, flags: Record<string, unknown> = {}) {
  return Object.fromEntries(
    showConfig({ flags, env }).map(({ path, value, origin }) => [path, [value, origin]]),
  );
}

it("shows every setting as one would write it, and where it came from", () => {
  const rows = shown({ CORRAL_ROLE: "correlate,enrich", CORRAL_IDLE_TIMEOUT: "off" }, { "http-port": "0" });
  expect(rows.role).toEqual(["correlate,enrich", "environment CORRAL_ROLE"]);
  expect(rows.idle_timeout).toEqual(["off", "environment CORRAL_IDLE_TIMEOUT"]);
  expect(rows["http.port"]).toEqual(["0", "flag --http-port"]);
  expect(rows.max_holdback).toEqual(["10m", "default"]);
  expect(rows["registry.url"]).toEqual(["unset", "default"]);
});

it("masks passwords inside of URLs and keeps what tells servers apart", () => {
  const rows = shown({
    CORRAL_REDIS_URL: "rediss://corral:geheim@redis.example:6380/2?password=geheim",
    CORRAL_REGISTRY_URL: "https://user:geheim@registry.example/apis",
  });
  expect(rows["redis.url"]?.[0]).toBe("rediss://corral:***@redis.example:6380/2?password=***");
  expect(rows["registry.url"]?.[0]).toBe("https://user:***@registry.example/apis");
  expect(JSON.stringify(rows)).not.toContain("geheim");
});
