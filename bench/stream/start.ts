/** From the start of a process to its first alert: of a file, and of a topic that holds an attack already. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchServers } from "../support/bench-servers.ts";
import { median } from "../support/median.ts";
import { say } from "../support/say.ts";
import type { Section } from "../support/section.ts";

const runs = 5;
const pollMs = 10;
const attack = ["privilege_escalation", "sensitive_file_access", "capability_added", "namespace_change"];
const container = "5eed00000001";

export async function startToAlert(servers: BenchServers): Promise<Section> {
  const embedded: number[] = [];
  const stream: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    embedded.push(await ofFile());
    stream.push(await ofTopic(servers));
  }
  say("start to first alert: measured");
  const row = (name: string, seconds: readonly number[]) => [
    name,
    median(seconds).toFixed(2),
    Math.max(...seconds).toFixed(2),
  ];
  return {
    title: "Start to first alert",
    head: ["what", "median, s", "longest, s"],
    rows: [
      row("`corral replay` of a file", embedded),
      row("both roles, servers warm, shipped rules", stream),
    ],
    notes: [`${runs} runs; from the start of the process to the first line, or to the alert in its topic.`],
    failures: [],
  };
}

async function ofFile(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "corral-bench-"));
  try {
    const file = join(folder, "attack.ndjson");
    writeFileSync(file, eventLines().join("\n"));
    const began = performance.now();
    const child = spawn(process.execPath, ["bin/corral.js", "replay", file], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const exit = once(child, "exit");
    await once(child.stdout, "data");
    const seconds = (performance.now() - began) / 1_000;
    await exit;
    return seconds;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function ofTopic(servers: BenchServers): Promise<number> {
  const corral = await servers.install(1);
  await corral.produce(eventLines().map((value) => ({ value, partition: 0 })));
  const began = performance.now();
  const started = corral.start("enrich,correlate");
  for (;;) {
    const said = await corral.ends("alerts");
    if ([...said.values()].some((end) => end > 0)) break;
    await sleep(pollMs);
  }
  const seconds = (performance.now() - began) / 1_000;
  await started.terminate();
  return seconds;
}

function eventLines(): readonly string[] {
  const now = Date.now();
  return attack.map((type, index) =>
    JSON.stringify({
      id: `e${index}`,
      timestamp: now - 5_000 + index * 1_000,
      type,
      container_id: container,
    }),
  );
}
