/**
 * The YAML files below a folder. Hidden files and folders are left out: editors keep their locks and copies there, and a
 * mounted ConfigMap what its links point to.
 */
import { readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, messageOf } from "../errors.ts";

/** Sorted, links followed. Throws ConfigError for what cannot be read, and for links that lead in a circle. */
export function yamlFilesBelow(folder: string): readonly string[] {
  return filesBelow(folder, []).sort((a, b) => (a < b ? -1 : 1));
}

/** Undefined: there is nothing. Throws ConfigError where that cannot be told. */
export function statOf(path: string): Stats | undefined {
  return readable(path, () => statSync(path, { throwIfNoEntry: false }));
}

/** `around`: the real folders it lies in. */
function filesBelow(folder: string, around: readonly string[]): string[] {
  const real = readable(folder, () => realpathSync(folder));
  if (around.includes(real)) {
    throw new ConfigError(`Cannot read rules: links must not lead in a circle: current value is ${folder}`);
  }
  const names = readable(folder, () => readdirSync(folder)).filter((name) => !name.startsWith("."));
  return names.flatMap((name) => {
    const path = join(folder, name);
    const isYaml = /\.ya?ml$/.test(name);
    const stat = statOf(path);
    if (stat === undefined) {
      if (!isYaml) return [];
      throw new ConfigError(`Cannot read rules: a link must lead to a file: current value is ${path}`);
    }
    if (stat.isDirectory()) return filesBelow(path, [...around, real]);
    return isYaml && stat.isFile() ? [path] : [];
  });
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ConfigError(`Cannot read rules: ${path} must be readable: ${messageOf(error)}`);
  }
}
