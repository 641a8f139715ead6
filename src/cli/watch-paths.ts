/** Calls back when something below the paths has changed, once for a burst of changes. */
import { statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

const quietMs = 100;

/** Resolves when `signal` says so; without one it goes on until the process ends. */
export function watchPaths(
  paths: readonly string[],
  onChange: () => void,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const changed = (): void => {
      clearTimeout(timer);
      timer = setTimeout(onChange, quietMs);
    };
    const watchers = paths.map((path) => watcherOf(path, changed));
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      resolve();
    });
  });
}

/** Editors put a new file in the place of the old one, so a file is watched through its folder. */
function watcherOf(path: string, changed: () => void): ReturnType<typeof watch> {
  if (statSync(path).isDirectory()) return watch(path, { recursive: true }, changed);
  const own = basename(path);
  return watch(dirname(path), (_event, name) => {
    if (name === own) changed();
  });
}
