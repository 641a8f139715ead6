import type { FoundValue, Reading } from "./reading.ts";
import { settingList } from "./settings.ts";

/** Options of the command line, by flag name (`http-port`) or as option parsers spell it (`httpPort`). */
export type Flags = Readonly<Record<string, unknown>>;

/** Takes the flags that are settings. Others belong to their command, which has refused unknown ones already. */
export function readFlags(flags: Flags): Reading {
  const given = new Map(Object.entries(flags).map(([name, value]) => [kebab(name), value]));
  const found = new Map<string, FoundValue>();
  for (const { flag, path } of settingList) {
    const value = flag === null ? undefined : given.get(flag);
    if (value !== undefined) found.set(path, { value, origin: `flag --${flag}` });
  }
  return { found, faults: [] };
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
