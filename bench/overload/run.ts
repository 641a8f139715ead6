/**
 * `npm run bench:overload -- [--only NAME] [--seed N] [--events N] [--backlog N] [--hold SECONDS] [--limit SECONDS]
 * [--json FILE] [--list]`: more than can be done, on a Kafka and a Redis of its own: memory must stay flat, nothing may be
 * dropped, and it must catch up by itself. Ends with exit code 1 when alerts are not what they must be, or lag stays.
 */
import { parseArgs } from "node:util";
import { BenchServers } from "../support/bench-servers.ts";
import { machineWith } from "../support/machine.ts";
import { publish } from "../support/publish.ts";
import type { Section } from "../support/section.ts";
import { wholeNumber } from "../support/whole-number.ts";
import { allCases } from "./all-cases.ts";
import { backlog } from "./cases/backlog.ts";
import type { OverloadCase } from "./overload-case.ts";
import { type CaseResult, runCase } from "./run-case.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    seed: { type: "string", default: "1" },
    events: { type: "string" },
    backlog: { type: "string" },
    hold: { type: "string", default: "30" },
    limit: { type: "string", default: "3600" },
    json: { type: "string" },
    list: { type: "boolean", default: false },
  },
});
const seed = wholeNumber("seed", values.seed);
const holdSeconds = wholeNumber("hold", values.hold);
const limitSeconds = wholeNumber("limit", values.limit, 1);
const cases = allCases.filter(({ name }) => values.only === undefined || name.includes(values.only));
if (cases.length === 0) {
  const names = allCases.map(({ name }) => name).join(", ");
  throw new Error(
    `Cannot choose cases: --only must be in a name of ${names}: current value is ${values.only}`,
  );
}
// Else an interrupt would leave the processes behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

if (values.list) {
  process.stdout.write(allCases.map(({ name, does }) => `${name}: ${does}\n`).join(""));
} else {
  const servers = await BenchServers.start();
  try {
    const sections: Section[] = [];
    for (const each of cases) {
      const events = eventsOf(each);
      sections.push(
        sectionOf(each, await runCase(servers, each, { seed, events, holdSeconds, limitSeconds })),
      );
    }
    process.exitCode = await publish("Overload", seed, await machineWith(servers), sections, values.json);
  } finally {
    await servers.close();
  }
}

function eventsOf(which: OverloadCase): number | null {
  const text = which === backlog ? values.backlog : values.events;
  return text === undefined ? null : wholeNumber(which === backlog ? "backlog" : "events", text, 1);
}

function sectionOf({ name, does, begin }: OverloadCase, result: CaseResult): Section {
  const { events, seconds, held, mostLag, memory, expected, said, notes, failures } = result;
  const holding = begin === undefined ? "" : `, held so for ${held.toFixed(1)} s`;
  return {
    title: name,
    head: ["process", "samples", "RSS, first third at most", "last third at most", "last ÷ first"],
    rows: memory.map(({ name: process, first, last, samples }) => {
      const measured = samples === 0 ? ["–", "–", "–"] : [mib(first), mib(last), (last / first).toFixed(2)];
      return [process, String(samples), ...measured];
    }),
    notes: [
      `${does[0]!.toUpperCase()}${does.slice(1)}. ${events} events${holding}; at the ends of both topics after ` +
        `${seconds.toFixed(1)} s; at most ${mostLag.enrich} raw and ${mostLag.correlate} enriched records waited.`,
      `${said} alerts, ${expected} expected: ${failures.length === 0 ? "as they must be" : "NOT as they must be"}.`,
      ...notes,
    ],
    failures,
  };
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
