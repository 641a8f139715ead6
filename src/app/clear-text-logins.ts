/** Logins whose password crosses a network as it is. Somebody may have encrypted the way otherwise, so it is told only. */
import type { Config } from "../config/settings.ts";

/** One sentence for each. What stays on this machine is not told. */
export function clearTextLogins({ kafka, redis, registry }: Config): readonly string[] {
  const said: string[] = [];
  const say = (what: string, must: string): void => {
    said.push(`The ${what} crosses the network in the clear: ${must}`);
  };
  const { username, mechanism } = kafka.sasl;
  const abroad = kafka.brokers.some((broker) => !isLoopback(broker.slice(0, broker.lastIndexOf(":"))));
  if (username !== null && mechanism === "PLAIN" && !kafka.tls.enabled && abroad) {
    say("password of kafka.sasl", "kafka.tls.enabled should be true, or kafka.sasl.mechanism SCRAM-SHA-512");
  }
  const redisUrl = new URL(redis.url);
  if ((redis.password !== null || redisUrl.password !== "") && isClear(redisUrl, "redis:")) {
    say("password of Redis", "redis.url should begin with rediss://");
  }
  const registryUrl = registry.url === null ? null : new URL(registry.url);
  if (registryUrl !== null && isClear(registryUrl, "http:")) {
    const { password, token } = registry;
    if (password !== null || token !== null || registryUrl.password !== "") {
      say("login of the registry", "registry.url should begin with https://");
    }
  }
  return said;
}

function isClear({ protocol, hostname }: URL, clear: string): boolean {
  return protocol === clear && !isLoopback(hostname);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
