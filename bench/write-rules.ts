/** Many native rules for measurements, each with literal values of its own: `node bench/write-rules.ts COUNT FOLDER`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";

type Shape = (n: number) => object;

const shapes: readonly Shape[] = [
  (n) => ({ conditions: [{ type: "event_count", where: { type: `probe_${n}` }, threshold: 3 }] }),
  (n) => ({
    match: "scan and connect",
    conditions: {
      scan: { type: "event_count", where: { type: `scan_${n}`, "port|gt": n % 1000 }, threshold: 2 },
      connect: { type: "event_count", where: { type: `connect_${n}`, dst_ip: `203.0.113.${n % 250}` } },
    },
  }),
  (n) => ({ conditions: [{ type: "event_sequence", sequence: [`first_${n}`, `second_${n}`] }] }),
  (n) => ({
    conditions: [
      { type: "unique_count", where: { type: `open_${n}` }, field: "path", operator: ">", threshold: 5 },
    ],
  }),
  (n) => ({
    conditions: [
      { type: "threshold", where: { type: `sent_${n}` }, field: "bytes", operator: ">", threshold: n + 1 },
    ],
  }),
  (n) => ({
    conditions: [
      { type: "pattern_match", where: { type: `exec_${n}` }, field: "cmdline", pattern: `tool${n}.*--run` },
    ],
  }),
];

/** One rule in ten names no type but a literal of another field. */
const typeless: Shape = (n) => ({
  conditions: [{ type: "event_count", where: { process: `miner_${n}`, "cmdline|contains": `--pool${n}` } }],
});
const groups = ["container", "pod", "user", "node"] as const;

/** The rule's document. `withTypes`: every rule names event types. */
export function benchRule(n: number, withTypes: boolean): object {
  const shape = !withTypes && n % 10 === 9 ? typeless : shapes[n % shapes.length]!;
  return {
    id: `bench_${n}`,
    name: `Bench rule ${n}`,
    severity: "medium",
    window: `${1 + (n % 10)}m`,
    group_by: groups[n % groups.length],
    ...shape(n),
    actions: [{ type: "alert" }],
  };
}

if (import.meta.main) {
  const [count = "10000", folder = "/tmp/bench-rules"] = process.argv.slice(2);
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < Number(count); n += 1) {
    writeFileSync(join(folder, `bench_${n}.yml`), stringify(benchRule(n, false)));
  }
}
