import type { Config, Role } from "./settings.ts";

/** The consumer group of a role on the brokers: the prefix and its own name. */
export function groupName(config: Pick<Config, "prefix" | "groups">, role: Role): string {
  return config.prefix + config.groups[role];
}
