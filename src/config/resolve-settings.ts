import { inspect } from "node:util";
import { ConfigError } from "../errors.ts";
import { checkTogether } from "./check-together.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { maskSecret } from "./mask-secret.ts";
import { type Environment, fileVariable, readEnvironment } from "./read-environment.ts";
import { readFile } from "./read-file.ts";
import { type Flags, readFlags } from "./read-flags.ts";
import { type FoundValue, faultText } from "./reading.ts";
import type { NamedSetting, ResolvedSetting } from "./setting.ts";
import { settingList } from "./settings.ts";

export interface Sources {
  readonly flags: Flags;
  readonly env: Environment;
  /** The YAML file; without it the one that CORRAL_CONFIG names, else none. */
  readonly file?: string | undefined;
}

const byDefault = "default";

/**
 * The effective value of every setting: flag before environment before file before default. Throws one ConfigError
 * with a line for every fault of every source.
 */
export function resolveSettings(sources: Sources): readonly ResolvedSetting[] {
  const file = sources.file ?? (sources.env[fileVariable] || undefined);
  const readings = [
    readFlags(sources.flags),
    readEnvironment(sources.env),
    ...(file === undefined ? [] : [readFile(file)]),
  ];
  const faults = readings.flatMap((reading) => reading.faults);

  const resolved = new Map<string, ResolvedSetting>();
  for (const setting of settingList) {
    const found = readings
      .map((reading) => reading.found.get(setting.path))
      .find((value) => value !== undefined);
    if (found === undefined && setting.derived !== null) continue;
    const result = check(setting, found ?? { value: setting.fallback, origin: byDefault });
    if ("faults" in result) faults.push(...result.faults);
    else resolved.set(setting.path, result);
  }
  if (faults.length === 0) derive(resolved);
  faults.push(...checkTogether(resolved));
  if (faults.length > 0) throw new ConfigError(faults.join("\n"));
  return settingList.map(({ path }) => resolved.get(path)!);
}

function check(setting: NamedSetting, found: FoundValue): ResolvedSetting | { readonly faults: string[] } {
  const value = fromText(setting, found.value);
  const parsed = setting.type.schema.safeParse(value);
  if (parsed.success) return { setting, value: deepFreeze(parsed.data), origin: found.origin };
  return {
    faults: parsed.error.issues.map(({ path }) =>
      faultText(
        `${setting.path}${path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("")}`,
        found.origin,
        `must be ${setting.type.allowed}`,
        shown(setting, valueAt(value, path)),
      ),
    ),
  };
}

/** Text reads the same wherever it stands; a flag given several times is several texts. */
function fromText(setting: NamedSetting, value: unknown): unknown {
  if (typeof value === "string") return setting.type.fromText(value);
  if (!Array.isArray(value)) return value;
  return value.flatMap((part) => (typeof part === "string" ? setting.type.fromText(part) : part));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
}

function shown(setting: NamedSetting, value: unknown): string {
  if (setting.secret) {
    return typeof value === "string" ? (setting.type.mask ?? maskSecret)(value) : `a ${typeof value}`;
  }
  return typeof value === "string"
    ? JSON.stringify(value)
    : inspect(value, { breakLength: Infinity, depth: 2 });
}

function derive(resolved: Map<string, ResolvedSetting>): void {
  for (const setting of settingList) {
    if (setting.derived === null || resolved.has(setting.path)) continue;
    const value = setting.derived.derive((path) => resolved.get(path)?.value);
    resolved.set(setting.path, { setting, value, origin: byDefault });
  }
}
