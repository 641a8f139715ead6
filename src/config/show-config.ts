import { maskSecret } from "./mask-secret.ts";
import { resolveSettings, type Sources } from "./resolve-settings.ts";

export interface ShownSetting {
  readonly path: string;
  /** As one would write it; secrets masked, passwords inside of URLs too. */
  readonly value: string;
  readonly origin: string;
}

/** The effective settings and where each came from, in the order of the manual. Throws ConfigError as loadConfig does. */
export function showConfig(sources: Sources): readonly ShownSetting[] {
  return resolveSettings(sources).map(({ setting, value, origin }) => ({
    path: setting.path,
    value:
      setting.secret && value !== null
        ? (setting.type.mask ?? maskSecret)(String(value))
        : setting.type.show(value),
    origin,
  }));
}
