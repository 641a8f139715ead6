/** The program called in this process, in a folder of files for the test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { main } from "../../src/cli/main.ts";

export async function corral(...words: readonly string[]) {
  const results: string[] = [];
  const notes: string[] = [];
  const code = await main(words, {
    result: (line) => results.push(line),
    note: (line) => notes.push(line),
    colour: false,
  });
  return { code, results, notes };
}

export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), "corral-cli-"));

  file(name: string, text: string): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** A rule in order, with tests. */
export const goodRule = `id: logins
window: 1m
conditions:
  - { type: event_count, where: { type: login }, threshold: 2 }
tests:
  - name: two logins
    any_order: true
    events:
      - { at: 0s, type: login, container_id: c1 }
      - { at: 60s, type: login, container_id: c1 }
    expect: [{ at: 60s, events: [0, 1], group: { container: c1 } }]
  - name: one login
    events:
      - { at: 0s, type: login, container_id: c1 }
    expect: []
`;

/** A Sigma detection, which cannot carry tests, and the file of its tests. */
export const sigmaRule = `title: Shell
id: 6b1fd5f3-31f0-4a58-9e57-7a2f0d2f5b11
status: test
logsource: { category: process_creation, product: linux }
detection:
  selection: { type: exec, Image|endswith: /sh }
  condition: selection
level: high
tags: [attack.execution, attack.t1059.004]
`;
export const sigmaTests = `rules: [shell.yml]
tests:
  - name: a shell
    events: [{ at: 0s, type: exec, Image: /bin/sh }]
    expect: [{ at: 0s, severity: high }]
`;
