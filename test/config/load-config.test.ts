import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import type { Sources } from "../../src/config/resolve-settings.ts";
import { ConfigError } from "../../src/errors.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "corral-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function load(sources: Partial<Sources> = {}) {
  return loadConfig({ flags: {}, env: {}, ...sources });
}

/** The lines of the ConfigError. */
function faults(sources: Partial<Sources>): string[] {
  try {
    load(sources);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message.split("\n").sort();
  }
  return [];
}

describe("the effective settings", () => {
  it("are the defaults when nothing is said", () => {
    const config = load();
    expect(config).toMatchObject({
      kafka: { brokers: ["localhost:9092"] },
      redis: { url: "redis://localhost:6379" },
      registry: { url: null },
      role: ["enrich", "correlate"],
      rules: ["rules"],
      topics: { deadLetter: "events.dead-letter" },
      allowedLatenessMs: 60_000,
      idleTimeoutMs: 30_000,
      maxHoldbackMs: 600_000,
      state: { maxEvents: 1000, cacheEntries: 200_000 },
      actions: { mode: "dry_run", ttlMs: 900_000 },
      calendar: { business_hours: { from: "09:00", to: "17:00", timezone: "UTC" } },
      lists: {},
    });
  });

  it("take a flag before the environment, the environment before the file, the file before the default", () => {
    const file = written(
      "order.yaml",
      "http: {port: 1, host: 127.0.0.1}\nprefix: file.\nstate: {max_events: 7}\n",
    );
    const config = load({
      file,
      env: { CORRAL_HTTP_PORT: "2", CORRAL_PREFIX: "env." },
      flags: { "http-port": "3" },
    });
    expect(config.http).toEqual({ port: 3, host: "127.0.0.1" });
    expect(config.prefix).toBe("env.");
    expect(config.state).toEqual({ maxEvents: 7, maxGroups: 1_000_000, cacheEntries: 200_000 });
  });

  it("come from the file that CORRAL_CONFIG names, unless a flag names another", () => {
    const [one, two] = [written("one.yaml", "prefix: one."), written("two.yaml", "prefix: two.")];
    expect(load({ env: { CORRAL_CONFIG: one } }).prefix).toBe("one.");
    expect(load({ env: { CORRAL_CONFIG: one }, file: two }).prefix).toBe("two.");
  });

  it("read lists with commas in text, as repeated flags and as YAML lists", () => {
    const file = written("lists.yaml", "role: [correlate]\nrules: [a, b]\n");
    const config = load({
      file,
      env: { CORRAL_KAFKA_BROKERS: "a:1, b:2,", CORRAL_ROLE: "enrich" },
      flags: { rules: ["x,y", "z"] },
    });
    expect(config.kafka.brokers).toEqual(["a:1", "b:2"]);
    expect(config.role).toEqual(["enrich"]);
    expect(config.rules).toEqual(["x", "y", "z"]);
  });

  it("hold durations in milliseconds, and null for off", () => {
    const config = load({ env: { CORRAL_ALLOWED_LATENESS: "250ms", CORRAL_IDLE_TIMEOUT: "off" } });
    expect(config.allowedLatenessMs).toBe(250);
    expect(config.idleTimeoutMs).toBeNull();
  });

  it("derive the heartbeat from the session, within bounds, unless it is given", () => {
    const heartbeat = (env: Record<string, string>) => load({ env }).heartbeatIntervalMs;
    expect(heartbeat({ CORRAL_SESSION_TIMEOUT: "30s" })).toBe(3_000);
    expect(heartbeat({ CORRAL_SESSION_TIMEOUT: "6s" })).toBe(600);
    expect(heartbeat({ CORRAL_SESSION_TIMEOUT: "1s" })).toBe(250);
    expect(heartbeat({ CORRAL_SESSION_TIMEOUT: "10m" })).toBe(3_000);
    expect(heartbeat({ CORRAL_HEARTBEAT_INTERVAL: "2s" })).toBe(2_000);
  });

  it("accept flags as option parsers spell them and leave other commands' options alone", () => {
    expect(load({ flags: { httpPort: 0, format: "table", since: "7d" } }).http.port).toBe(0);
  });

  it("take empty variables, empty sections and empty settings for unset", () => {
    const file = written("empty.yaml", "kafka:\nhttp:\n  port:\nregistry: {url: null}\n");
    expect(load({ file, env: { CORRAL_REGISTRY_URL: "", CORRAL_HTTP_PORT: "" } })).toEqual(load());
    expect(load({ file: written("nothing.yaml", "# nothing yet\n") })).toEqual(load());
  });

  it("pass calendar and lists through and keep business hours beside other patterns", () => {
    const file = written(
      "calendar.yaml",
      'calendar: {night: {from: "22:00", to: "06:00", days: [mon]}}\nlists: {admins: [anna, "7"]}\n',
    );
    const config = load({ file });
    expect(config.calendar.night).toEqual({ from: "22:00", to: "06:00", days: ["mon"] });
    expect(config.calendar.business_hours).toMatchObject({ timezone: "UTC" });
    expect(config.lists).toEqual({ admins: ["anna", "7"] });
  });

  it("are frozen through and through", () => {
    const config = load();
    expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
    expect(() => (config.kafka.brokers as string[]).push("x:1")).toThrow(TypeError);
    expect(() => Object.assign(config.calendar.business_hours!, { from: "0" })).toThrow(TypeError);
  });
});

describe("what is wrong", () => {
  it("is told all at once, each with its place, what is allowed and what was found", () => {
    const file = written("wrong.yaml", "http:\n  port: 70000\nlists:\n  admins: [anna, 7]\nredis: nowhere\n");
    expect(
      faults({
        file,
        env: { CORRAL_ALLOWED_LATENESS: "60", CORRAL_ROLE: "enrich,x" },
        flags: { prefix: "a b" },
      }),
    ).toEqual([
      'Cannot use allowed_lateness from environment CORRAL_ALLOWED_LATENESS: must be a duration from 0s to 7d such as 250ms, 60s or 10m: current value is "60"',
      `Cannot use http.port from file ${file}:2:9: must be a whole number from 0 to 65535: current value is 70000`,
      `Cannot use lists.admins[1] from file ${file}:4:3: must be a map from names to lists of text (numbers in quotes): current value is 7`,
      'Cannot use prefix from flag --prefix: must be empty or at most 100 of A–Z a–z 0–9 . _ -: current value is "a b"',
      `Cannot use redis from file ${file}:5:8: must be a map of settings`,
      'Cannot use role[1] from environment CORRAL_ROLE: must be one or more of enrich, correlate: current value is "x"',
    ]);
  });

  it("is an unknown YAML key, with the nearest name", () => {
    const file = written(
      "unknown.yaml",
      "kafka:\n  broker: a:1\nalowed_lateness: 5s\nhttp.port: 1\nzzzzzzzz: 1\n",
    );
    expect(faults({ file })).toEqual([
      `Cannot use alowed_lateness from file ${file}:3:1: there is no such setting; nearest is allowed_lateness`,
      `Cannot use http.port from file ${file}:4:1: must be nested, one level for each dot`,
      `Cannot use kafka.broker from file ${file}:2:3: there is no such setting; nearest is kafka.brokers`,
      `Cannot use zzzzzzzz from file ${file}:5:1: there is no such setting`,
    ]);
  });

  it("is an unknown CORRAL_ variable, with the nearest name", () => {
    expect(faults({ env: { CORRAL_KAFKA_BROKER: "a:1", CORRAL_PREFIX_FILE: "/x", KAFKA: "mine" } })).toEqual([
      "Cannot use CORRAL_KAFKA_BROKER from the environment: there is no such setting; nearest is CORRAL_KAFKA_BROKERS",
      expect.stringContaining("CORRAL_PREFIX_FILE"),
    ]);
  });

  it("is not a variable of the tests or a service link of Kubernetes", () => {
    const env = {
      CORRAL_TEST_KAFKA: "x",
      CORRAL_REQUIRE_SERVICES: "1",
      CORRAL_SERVICE_HOST: "10.0.0.7",
      CORRAL_SERVICE_PORT_HTTP: "80",
      CORRAL_PORT: "tcp://10.0.0.7:80",
      CORRAL_PORT_80_TCP_ADDR: "10.0.0.7",
      CORRAL_HTTP_PORT: "tcp://10.0.0.7:80",
    };
    expect(load({ env }).http.port).toBe(8080);
  });

  it("is a heartbeat too slow for its session", () => {
    expect(faults({ env: { CORRAL_SESSION_TIMEOUT: "6s" }, flags: { "heartbeat-interval": "3s" } })).toEqual([
      "Cannot use heartbeat_interval from flag --heartbeat-interval: must be at most a third of session_timeout (6s from environment CORRAL_SESSION_TIMEOUT): current value is 3s",
    ]);
  });

  it("is one name for two topics, and a topic too long with its prefix", () => {
    const env = { CORRAL_TOPICS_ALERTS: "actions", CORRAL_TOPICS_RAW: "r".repeat(249), CORRAL_PREFIX: "p." };
    expect(faults({ env })).toEqual([
      "Cannot use topics.actions from default: must differ from topics.alerts: current value is actions",
      expect.stringContaining(
        "topics.raw from environment CORRAL_TOPICS_RAW: must be at most 249 characters with prefix",
      ),
    ]);
  });

  it.each(["a", "a:0", "a:65536", "a:x", "http://a:1", ""])("is the broker %j in a file", (broker) => {
    const file = written("broker.yaml", `kafka: {brokers: [${JSON.stringify(broker)}]}`);
    expect(faults({ file })).toHaveLength(1);
  });

  it("is YAML that does not parse, says a thing twice or hides it behind aliases", () => {
    expect(faults({ file: written("twice.yaml", "prefix: a\nprefix: b\n") })[0]).toMatch(
      /twice\.yaml:2:1.*unique/,
    );
    expect(faults({ file: written("open.yaml", "rules: [a\n") })[0]).toMatch(/open\.yaml:\d+:\d+/);
    expect(faults({ file: written("list.yaml", "- a\n") })[0]).toMatch(/must be a map of settings/);
    const bomb = written("bomb.yaml", "lists: {a: &a [x, x], b: &b [*a, *a]}\n");
    expect(faults({ file: bomb })[0]).toMatch(/without YAML aliases/);
  });

  it("is a file that is not there", () => {
    expect(faults({ file: join(folder, "none.yaml") })[0]).toMatch(/Cannot read the settings: ENOENT/);
  });
});

describe("a secret", () => {
  it("is read from the file that <NAME>_FILE names, without the line end", () => {
    const file = written("redis-url", "redis://:geheim@redis:6379\n");
    expect(load({ env: { CORRAL_REDIS_URL_FILE: file } }).redis.url).toBe("redis://:geheim@redis:6379");
  });

  it("must not come both ways, and its file must be readable", () => {
    expect(faults({ env: { CORRAL_REDIS_URL_FILE: "/x", CORRAL_REDIS_URL: "redis://a" } })).toEqual([
      "Cannot use redis.url from environment CORRAL_REDIS_URL: CORRAL_REDIS_URL_FILE must not be set as well",
    ]);
    expect(faults({ env: { CORRAL_REDIS_URL_FILE: join(folder, "none") } })[0]).toMatch(
      /redis\.url from file .*none \(environment CORRAL_REDIS_URL_FILE\).*ENOENT/,
    );
  });

  it("does not appear in the message that refuses it", () => {
    for (const url of ["http://:geheim@redis", "geheim", "redis://:geheim@"]) {
      const [line] = faults({ env: { CORRAL_REDIS_URL: url } });
      expect(line).toMatch(/redis\.url from environment CORRAL_REDIS_URL: must be a URL/);
      expect(line).not.toContain("geheim");
    }
  });
});
