/**
 * Whether a Redis can be trusted with state. Everything here has cost someone their data: an eviction policy deletes
 * windows silently, a server without persistence restarts empty, a replica refuses writes.
 */
import type { Redis } from "ioredis";
import type { StoreFinding } from "../store.ts";
import { deniedCommands, neededBy } from "./rights.ts";

type Settings = ReadonlyMap<string, string>;

/** `key`: one of ours, for asking what we may do with it. */
export async function checkServer(redis: Redis, key: string): Promise<readonly StoreFinding[]> {
  const info = parseInfo(await redis.info());
  const unusable = [checkVersion(info), checkRole(info), checkMode(info)].filter((each) => each !== null);
  // Such a server does not run the script that asks.
  const denied = unusable.length > 0 ? new Set<string>() : await deniedCommands(redis, key);
  // Asking in vain would leave an entry in the server's ACL log each time.
  const config = denied.has("config|get") ? null : await readConfig(redis);
  return [
    ...unusable,
    checkRights(
      neededBy(redis).filter((command) => denied.has(command)),
      key,
    ),
    checkEviction(config?.get("maxmemory-policy") ?? info.get("maxmemory_policy")),
    checkPersistence(info, config),
  ].filter((finding) => finding !== null);
}

function checkRights(needed: readonly string[], key: string): StoreFinding | null {
  if (needed.length === 0) return null;
  return error(
    `Cannot keep state: the Redis user must be allowed what docs/security.md lists: denied are ` +
      `${needed.map((command) => `+${command}`).join(" ")} on keys such as ${key}`,
  );
}

function checkVersion(info: Settings): StoreFinding | null {
  const version = info.get("redis_version") ?? "unknown";
  if (Number.parseInt(version, 10) >= 7) return null;
  return error(
    `Cannot run the state's scripts: Redis must be 7.0 or newer: current value is ${version}. Upgrade the server.`,
  );
}

function checkRole(info: Settings): StoreFinding | null {
  const role = info.get("role") ?? "master";
  if (role === "master") return null;
  return error(
    `Cannot write state: the server must be the master: current value is ${role} of ` +
      `${info.get("master_host")}:${info.get("master_port")}. Point the Redis URL at the master.`,
  );
}

function checkMode(info: Settings): StoreFinding | null {
  if (info.get("redis_mode") !== "cluster") return null;
  return error(
    "Cannot keep state in this server: it must stand alone or under Sentinel, since one connection reaches one node: " +
      "current value of redis_mode is cluster. Use a server with cluster-enabled no.",
  );
}

function checkEviction(policy: string | undefined): StoreFinding | null {
  if (policy === "noeviction") return null;
  return error(
    `Cannot trust the server with state: maxmemory-policy must be noeviction, or windows vanish when memory is short: ` +
      `current value is ${policy ?? "unknown"}. Run CONFIG SET maxmemory-policy noeviction, and set it in redis.conf.`,
  );
}

function checkPersistence(info: Settings, config: Settings | null): StoreFinding | null {
  if (info.get("aof_enabled") === "1") {
    if (config?.get("appendfsync") !== "no") return null;
    return warning(
      "State may go back by half a minute when the host fails (the batches since are read again from Kafka): " +
        "appendfsync should be everysec: current value is no. Run CONFIG SET appendfsync everysec.",
    );
  }
  if (config === null) {
    return warning(
      "Cannot see whether the server writes snapshots, since it forbids CONFIG: appendonly should be yes: current value " +
        "is no. Without either a restart loses all windows; turn persistence on in the service's settings.",
    );
  }
  if (config.get("save")) return null;
  return warning(
    "A restart of Redis loses all windows and open alerts; they are rebuilt from Kafka and marked so, and enforce " +
      "nothing: appendonly should be yes: current value is no, and save is empty. Run CONFIG SET appendonly yes, and set " +
      "it in redis.conf.",
  );
}

/** Null where a managed server forbids or renames CONFIG. */
async function readConfig(redis: Redis): Promise<Settings | null> {
  const wanted = ["maxmemory-policy", "save", "appendfsync"];
  try {
    const flat = (await redis.call("CONFIG", ["GET", ...wanted])) as string[];
    const settings = new Map<string, string>();
    for (let i = 0; i < flat.length; i += 2) settings.set(flat[i]!, flat[i + 1]!);
    return settings;
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === "ReplyError") return null;
    throw thrown;
  }
}

function parseInfo(text: string): Settings {
  const lines = text.split("\r\n").filter((line) => line.includes(":"));
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)] as const),
  );
}

function error(message: string): StoreFinding {
  return { level: "error", message };
}

function warning(message: string): StoreFinding {
  return { level: "warning", message };
}
