import { deepFreeze } from "./deep-freeze.ts";
import { resolveSettings, type Sources } from "./resolve-settings.ts";
import type { ResolvedSetting } from "./setting.ts";
import type { Config } from "./settings.ts";

/**
 * The settings of this start, frozen. Precedence: flag, environment, YAML file, default. Throws one ConfigError that
 * lists everything that is wrong, a line each.
 */
export function loadConfig(sources: Sources): Config {
  const root: Section = {};
  for (const resolved of resolveSettings(sources)) put(root, resolved);
  return deepFreeze(root) as Config;
}

type Section = { [key: string]: unknown };

function put(root: Section, { setting, value }: ResolvedSetting): void {
  let section = root;
  for (const key of setting.keys.slice(0, -1)) {
    section[key] ??= {};
    section = section[key] as Section;
  }
  section[setting.keys.at(-1)!] = value;
}
