/** What the clients of records cost: a topic copied to another, and drained into alerts, by each of them. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RecordClientName } from "../../src/transport/kafka/kafka-log.ts";
import { recordClients } from "../../test/integration/support/record-clients.ts";
import { BenchServers } from "../support/bench-servers.ts";
import { say } from "../support/say.ts";
import type { Section } from "../support/section.ts";
import type { Copied, CopyTask } from "./bare-copy.ts";
import { engineRun, fillTopic, partitions, type StreamLoad, streamLoad } from "./engine-run.ts";
import type { LogCopyTask } from "./log-copy.ts";

/** By raw event, microseconds of CPU, and events a second. */
interface Figure {
  readonly cpu: number;
  readonly perSecond: number;
}

export interface ClientsOptions {
  readonly seed: number;
  readonly events: number;
  /** Each is measured so often, in turn, and the cheapest is told. */
  readonly runs: number;
}

export async function clientsLane({ seed, events, runs }: ClientsOptions): Promise<readonly Section[]> {
  const servers = await BenchServers.start();
  try {
    const load = streamLoad({ seed, events });
    const bare = new Best();
    const copies = new Map(recordClients.map((client) => [client, new Best()]));
    const drains = new Map(recordClients.map((client) => [client, new Best()]));
    const failures: string[] = [];
    for (let run = 0; run < runs; run += 1) {
      bare.add(await copied(servers, load, "bare-copy.ts"));
      for (const client of recordClients) {
        copies.get(client)!.add(await copied(servers, load, "log-copy.ts", client));
        const drained = await engineRun(servers, load, {
          name: client,
          forward: "matched",
          settings: { CORRAL_KAFKA_CLIENT: client },
        });
        drains.get(client)!.add({ cpu: drained.figures.engine, perSecond: drained.figures.perSecond });
        failures.push(...drained.failures);
      }
      say(`clients: ${run + 1} of ${runs} runs`);
    }
    const rows = [
      row("bare kafkajs, topic to topic", bare.figure, bare.figure),
      ...rowsOf("through the log, topic to topic", copies),
      ...rowsOf("both roles, forward: matched", drains),
    ];
    return [{ title: "L2: clients of records", head, rows, notes: [noteOn(load, runs)], failures }];
  } finally {
    await servers.close();
  }
}

const head = ["what", "CPU ÷ kafkajs", "CPU, µs", "events/s"];

function noteOn({ lines }: StreamLoad, runs: number): string {
  return (
    `${lines.length} raw events, ${partitions} partitions; all by raw event, the cheapest of ${runs} runs in turn. CPU of the ` +
    "process that copies from its first batch on; of the engine less that of a process that starts and has nothing to do."
  );
}

function rowsOf(what: string, figures: ReadonlyMap<RecordClientName, Best>): readonly (readonly string[])[] {
  const { figure: kafkajs } = figures.get("kafkajs")!;
  return [...figures].map(([client, { figure }]) => row(`${what}: ${client}`, figure, kafkajs));
}

function row(what: string, { cpu, perSecond }: Figure, against: Figure): readonly string[] {
  return [what, `${(cpu / against.cpu).toFixed(2)}×`, cpu.toFixed(2), perSecond.toFixed(0)];
}

class Best {
  figure: Figure = { cpu: Number.POSITIVE_INFINITY, perSecond: 0 };

  add(figure: Figure): void {
    if (figure.cpu < this.figure.cpu) this.figure = figure;
  }
}

async function copied(
  servers: BenchServers,
  load: StreamLoad,
  program: "bare-copy.ts" | "log-copy.ts",
  client: RecordClientName = "kafkajs",
): Promise<Figure> {
  const corral = await servers.install(partitions);
  await fillTopic(servers, corral, load.lines);
  const task: CopyTask & LogCopyTask = {
    broker: servers.kafkaAddress,
    client,
    from: corral.topic("events.raw"),
    to: corral.topic("events.enriched"),
    group: `${corral.prefix}copy`,
    records: load.lines.length,
  };
  const words = ["--disable-warning=TimeoutNegativeWarning", join(import.meta.dirname, program)];
  const { stdout } = await promisify(execFile)(process.execPath, [...words, JSON.stringify(task)]);
  const { cpu, seconds } = JSON.parse(stdout) as Copied;
  return { cpu: cpu / load.lines.length, perSecond: load.lines.length / seconds };
}
