import { expect, it } from "vitest";
import { clearTextLogins } from "../../src/app/clear-text-logins.ts";
import { loadConfig } from "../../src/config/load-config.ts";

const logins = {
  CORRAL_KAFKA_SASL_USERNAME: "corral",
  CORRAL_KAFKA_SASL_PASSWORD: "geheim",
  CORRAL_KAFKA_SASL_MECHANISM: "PLAIN",
  CORRAL_REDIS_PASSWORD: "geheim",
  CORRAL_REGISTRY_TOKEN: "geheim",
};
const abroad = {
  CORRAL_KAFKA_BROKERS: "localhost:9092,kafka.example:9092",
  CORRAL_REDIS_URL: "redis://redis.example",
  CORRAL_REGISTRY_URL: "http://registry.example",
};
const told = (env: Readonly<Record<string, string>>) => clearTextLogins(loadConfig({ flags: {}, env }));

it("tells of each password that crosses a network without TLS, and shows none", () => {
  const said = told({ ...logins, ...abroad });
  expect(said).toEqual([
    expect.stringMatching(/password of kafka\.sasl .*kafka\.tls\.enabled/),
    expect.stringMatching(/password of Redis .*rediss:/),
    expect.stringMatching(/login of the registry .*https:/),
  ]);
  expect(said.join()).not.toContain("geheim");
});

it("tells of passwords in URLs, too", () => {
  expect(
    told({
      CORRAL_REDIS_URL: "redis://:pw@redis.example",
      CORRAL_REGISTRY_URL: "http://u:p@registry.example",
    }),
  ).toHaveLength(2);
});

it("is silent where nothing secret is sent, where TLS hides it, and on this machine", () => {
  expect(told(abroad)).toEqual([]);
  expect(told(logins)).toEqual([]);
  const scram = { ...logins, ...abroad, CORRAL_KAFKA_SASL_MECHANISM: "SCRAM-SHA-512" };
  expect(told(scram).filter((line) => line.includes("kafka"))).toEqual([]);
  expect(
    told({
      ...logins,
      ...abroad,
      CORRAL_KAFKA_TLS_ENABLED: "true",
      CORRAL_REDIS_URL: "rediss://redis.example",
      CORRAL_REGISTRY_URL: "https://registry.example",
    }),
  ).toEqual([]);
});
