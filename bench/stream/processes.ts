/** L2, draining, through more and more processes that share the partitions of one topic. */
import type { BenchServers } from "../support/bench-servers.ts";
import { mediansOf } from "../support/median.ts";
import type { Section } from "../support/section.ts";
import { type Drained, engineRun, partitions, type StreamLoad } from "./engine-run.ts";

const numbers = [1, 2, 4];

export async function severalProcesses(
  servers: BenchServers,
  load: StreamLoad,
  runs: number,
): Promise<Section> {
  const drained = new Map<number, Drained[]>(numbers.map((processes) => [processes, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const [processes, results] of drained) {
      const name = `${processes} ${processes === 1 ? "process" : "processes"}`;
      results.push(await engineRun(servers, load, { name, forward: "matched", processes }));
    }
  }
  const rows = [...drained].map(([processes, results]) => {
    const { engine, kafka, redis, memory, perSecond, alerts } = mediansOf(
      results.map((each) => each.figures),
    );
    return [
      String(processes),
      ...[engine, kafka, redis].map((value) => value.toFixed(1)),
      ...[memory, perSecond, alerts].map((value) => value.toFixed(0)),
      results.every(({ failures }) => failures.length === 0) ? "yes" : "NO",
    ];
  });
  return {
    title: "L2: a full topic drained by several processes",
    head: [
      "processes",
      "engines together, µs",
      "broker, µs",
      "Redis, µs",
      "peak MiB",
      "events/s",
      "alerts",
      "equal to the embedded engine's",
    ],
    rows,
    notes: [
      `${load.lines.length} raw events over ${partitions} partitions, forward: matched, both roles in every process; CPU by raw ` +
        `event, peak memory the sum over the processes, medians of ${runs} runs in turn. Events a second from when the first ` +
        "process is ready until both groups stand at the ends, with the joining of the others in it. Processes, broker and Redis " +
        "share the machine's cores.",
    ],
    failures: [...drained.values()].flat().flatMap(({ failures }) => failures),
  };
}
