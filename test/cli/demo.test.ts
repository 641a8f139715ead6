import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import type { Output } from "../../src/cli/output.ts";

const ansi = "\u001b[";
const alerts = [
  ["lateral_movement", "container c7725e8fd914"],
  ["cryptomining_detection", "container 9d03f6a1be58"],
  ["container_escape_attempt", "container 4be1c09a77d2"],
  ["data_exfiltration", "container e2a84b10c6f3"],
] as const;

async function demo(colour: boolean, ...words: readonly string[]) {
  const lines: string[] = [];
  const notes: string[] = [];
  const output: Output = {
    result: (line) => lines.push(line),
    note: (line) => notes.push(line),
    colour,
  };
  const code = await main(["demo", ...words], output);
  return { code, text: lines.join("\n"), lines, notes: notes.join("\n") };
}

test("The demo shows each alert as a block under the event that completed it", async () => {
  const { code, lines } = await demo(false);
  expect(code).toBe(0);
  for (const [rule, group] of alerts) {
    const at = lines.findIndex((line) => line.includes(`(${rule})`));
    expect(lines[at]).toMatch(/(HIGH|CRITICAL) ALERT/);
    for (const part of [group, "because", "evidence", "actions"]) expect(lines[at]).toContain(part);
    expect(lines[at - 1]).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d  ${group.slice(-12)}  `));
  }
});

test("The demo shows an event on a line, and ends with a summary", async () => {
  const { lines } = await demo(false);
  expect(lines).toContain(
    "22:31:07  4be1c09a77d2  sensitive_file_access   Read sensitive file untrusted: cat /etc/shadow",
  );
  expect(lines.at(-1)).toMatch(
    /^36 events in 43 minutes: \d+ alerts \(3 critical, 2 high, 1 medium\), \d+ actions planned$/,
  );
});

test("The demo is coloured where the output may be, and only there", async () => {
  const plain = await demo(false);
  const coloured = await demo(true);
  expect(plain.text).not.toContain(ansi);
  expect(coloured.text).toContain(ansi);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are control characters
  expect(coloured.text.replaceAll(/\u001b\[\d+m/g, "")).toBe(plain.text);
});

test("The program plays the demo from any folder, without colour in a pipe", async () => {
  const program = join(import.meta.dirname, "../../bin/corral.js");
  const { stdout } = await promisify(execFile)(process.execPath, [program, "demo"], { cwd: tmpdir() });
  for (const [rule, group] of alerts) {
    expect(stdout).toContain(`(${rule})`);
    expect(stdout).toContain(group);
  }
  expect(stdout).not.toContain(ansi);
});

test("Without Kafka the live demo says so by its exit code", async () => {
  const { code, notes } = await demo(false, "--live", "--kafka-brokers", "127.0.0.1:1");
  expect(code).toBe(4);
  expect(notes).toContain("Cannot reach Kafka");
});

test("A timeout without a unit is refused", async () => {
  expect((await demo(false, "--live", "--timeout", "90")).code).toBe(3);
});
