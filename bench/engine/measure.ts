/**
 * One measurement in a process of its own, so that none warms or burdens another: `node measure.ts JSON` prints one line of
 * JSON. CPU is the operating system's, user and system, over all threads (so that collecting garbage counts).
 */
import { readFileSync } from "node:fs";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { linesOf, rulesOf, settings } from "../support/oracle.ts";
import { ownCpu } from "../support/own-cpu.ts";
import { lineReader } from "./line-reader.ts";

export interface Task {
  /** `parse`: bare JSON.parse; `whole`: record → alerts; `judge`: the same, with the records read beforehand. */
  readonly what: "parse" | "whole" | "judge";
  /** One record a line. */
  readonly file: string;
  readonly rules: readonly string[];
}

export interface Measured {
  readonly events: number;
  /** Microseconds of CPU an event. */
  readonly cpu: number;
  /** Final alerts, sorted. */
  readonly alerts: readonly string[];
}

if (import.meta.main) {
  const task = JSON.parse(process.argv[2]!) as Task;
  process.stdout.write(`${JSON.stringify(measure(task))}\n`);
}

function measure({ what, file, rules }: Task): Measured {
  const records = recordsOf(readFileSync(file));
  if (what === "parse") {
    const texts = records.map((record) => record.toString());
    let fields = 0;
    const cpu = ownCpu(() => {
      for (const text of texts) fields += Object.keys(JSON.parse(text) as object).length;
    });
    if (fields === 0) throw new Error("Cannot measure: records must have fields");
    return { events: records.length, cpu: cpu / records.length, alerts: [] };
  }
  const eventsOf = lineReader();
  const engine = new EmbeddedEngine(rulesOf(rules), settings);
  const alerts = new FinalAlerts();
  const ready = what === "judge" ? records.map(eventsOf) : [];
  const cpu = ownCpu(() => {
    for (const [offset, record] of records.entries()) {
      for (const event of what === "judge" ? ready[offset]! : eventsOf(record, offset)) {
        alerts.add(engine.feed(event));
      }
    }
  });
  alerts.add(engine.finish());
  return { events: records.length, cpu: cpu / records.length, alerts: linesOf(alerts) };
}

function recordsOf(file: Buffer): readonly Buffer[] {
  const records: Buffer[] = [];
  for (let from = 0; from < file.length; ) {
    const end = file.indexOf(10, from);
    const to = end < 0 ? file.length : end;
    if (to > from) records.push(file.subarray(from, to));
    from = to + 1;
  }
  return records;
}
