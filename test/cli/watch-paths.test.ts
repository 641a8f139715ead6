import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { watchPaths } from "../../src/cli/watch-paths.ts";

const folder = mkdtempSync(join(tmpdir(), "corral-watch-"));
const stopped = new AbortController();
let saving: NodeJS.Timeout | undefined;
afterEach(() => {
  clearInterval(saving);
  stopped.abort();
  rmSync(folder, { recursive: true });
});

test("what a change names is watched from then on, also a file that is not there yet", async () => {
  mkdirSync(join(folder, "elsewhere"));
  const paths = [join(folder, "first.yml"), join(folder, "nowhere/at-all.yml")];
  const seen: string[] = [];
  /** Resolves when saving the file has been noticed; saving goes on, for a watcher may start a little later. */
  const noticed = (name: string): Promise<void> =>
    new Promise((done) => {
      const before = seen.length;
      clearInterval(saving);
      saving = setInterval(() => {
        if (seen.length > before) done();
        else writeFileSync(join(folder, name), String(Date.now()));
      }, 300);
    });
  const watching = watchPaths(
    () => paths,
    () => {
      if (seen.push("changed") === 1) paths.push(join(folder, "elsewhere/second.yml"));
    },
    stopped.signal,
  );
  await noticed("first.yml");
  await noticed("elsewhere/second.yml");
  expect(seen.length).toBeGreaterThan(1);
  stopped.abort();
  await watching;
});
