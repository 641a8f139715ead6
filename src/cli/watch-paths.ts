/** Calls back when something below the paths has changed, once for a burst of changes. */
import { type FSWatcher, statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

const quietMs = 100;

/**
 * Resolves when `signal` says so; without one it goes on until the process ends. `pathsNow` is asked again after each
 * change, which may have named others; a file need not be there yet.
 */
export function watchPaths(
  pathsNow: () => readonly string[],
  onChange: () => void,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const watchers = new Map<string, FSWatcher>();
    const changed = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        onChange();
        watchAll();
      }, quietMs);
    };
    // None is closed before the end: what it has yet to tell would be lost.
    const watchAll = (): void => {
      for (const path of pathsNow()) {
        if (watchers.has(path)) continue;
        const watcher = watcherOf(path, changed);
        if (watcher === null) continue;
        watchers.set(path, watcher);
        watcher.on("error", () => watchers.delete(path));
      }
    };
    watchAll();
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
      resolve();
    });
  });
}

/**
 * Editors put a new file in the place of the old one, so a file is watched through its folder. Null: there is no such
 * folder yet.
 */
function watcherOf(path: string, changed: () => void): FSWatcher | null {
  if (isFolder(path)) return watch(path, { recursive: true }, changed);
  const own = basename(path);
  if (!isFolder(dirname(path))) return null;
  return watch(dirname(path), (_event, name) => {
    if (name === own) changed();
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
