/**
 * What the state asks of Redis, as its ACL names it. A start asks whether all of it is allowed: a script that lacks a
 * right in its middle would have done half. The manual prints it (docs/security.md), and tests compare it with what
 * Redis counts.
 */
import type { Redis } from "ioredis";
import { Script } from "./script.ts";

/** Without any of them some work fails. */
export const neededCommands = [
  ...["info", "eval", "evalsha", "time", "type", "exists", "unlink", "get", "set"],
  ...["hset", "hget", "hmget", "hdel", "hgetall", "hexists", "hlen"],
  ...["zadd", "zrem", "zscore", "zcard", "zrange", "zrangebyscore", "zremrangebyscore"],
] as const;

/** For a name in the list of clients, and to see how often the server writes to disk. */
export const usefulCommands = ["client|setname", "config|get"] as const;

/** The rules of an ACL user beside its password. */
export function aclRules(prefix: string): string {
  const commands = [...neededCommands, ...usefulCommands].map((command) => `+${command}`);
  return `~${prefix}corral:* ${commands.join(" ")}`;
}

const script = new Script("rights");

/** What a connection needs: one to another database than the first would stay in the first where it may not leave it. */
export function neededBy(redis: Redis): readonly string[] {
  return (redis.options.db ?? 0) === 0 ? neededCommands : [...neededCommands, "select"];
}

/** Those of the commands that the user may not run on the key. */
export async function deniedCommands(redis: Redis, key: string): Promise<ReadonlySet<string>> {
  const denied = await script.run(redis, [], [key, ...neededBy(redis), ...usefulCommands]);
  return new Set(denied as readonly string[]);
}
