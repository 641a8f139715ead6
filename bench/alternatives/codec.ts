/** Avro against JSON for enriched events: by the codecs alone, and in a whole drain with a registry and without. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../src/errors.ts";
import { confluentApi, startRegistry } from "../../test/services/registry.ts";
import type { OwnService } from "../../test/services/service.ts";
import { engineLoad } from "../engine/engine-load.ts";
import { usualLoad } from "../engine/lane.ts";
import { type Drained, engineRun, streamLoad } from "../stream/engine-run.ts";
import { BenchServers } from "../support/bench-servers.ts";
import { measuredApart } from "../support/measured-apart.ts";
import { mediansOf } from "../support/median.ts";
import { say } from "../support/say.ts";
import type { Section } from "../support/section.ts";
import type { CodecFigures, CodecTask } from "./codec-measure.ts";

export interface CodecOptions {
  readonly seed: number;
  /** Of a drain raw events; of the codecs alone these, several times. */
  readonly events: number;
  readonly runs: number;
}

const formats = ["JSON", "Avro"] as const;

export async function codecAlone({ seed, events, runs }: CodecOptions): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), "corral-bench-"));
  const file = join(folder, "events.ndjson");
  const program = join(import.meta.dirname, "codec-measure.ts");
  const measured: Record<(typeof formats)[number], CodecFigures[]> = { JSON: [], Avro: [] };
  try {
    const { lines } = engineLoad({ ...usualLoad, seed, count: events });
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    for (let run = 0; run < runs; run += 1) {
      for (const format of formats) {
        measured[format].push(await measuredApart<CodecTask, CodecFigures>(program, { format, file }));
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  say("codecs: measured");
  return {
    title: "Alternatives: the format of enriched events",
    head: ["format", "encode, µs", "decode, µs", "both, µs", "bytes"],
    rows: formats.map((format) => {
      const { encode, decode, bytes } = mediansOf(measured[format]);
      return [format, ...[encode, decode, encode + decode].map((cpu) => cpu.toFixed(2)), bytes.toFixed(0)];
    }),
    notes: [
      `The project's own codecs over ${events} native events as the default enrichers leave them, CPU an event, medians of ${runs} ` +
        "runs in turn, each in a process of its own. Without a registry Corral writes JSON, with one Avro.",
    ],
    failures: formats.flatMap((format) =>
      measured[format].flatMap(({ changed }) =>
        changed === 0 ? [] : [`${format}: ${changed} events do not come back as they were`],
      ),
    ),
  };
}

export async function codecDrain({ seed, events, runs }: CodecOptions): Promise<Section> {
  const title = "Alternatives: a full topic drained with a registry and without";
  let registry: OwnService;
  try {
    registry = await startRegistry();
  } catch (error) {
    return { title, head: [], rows: [], notes: [`Not measured: ${messageOf(error)}`], failures: [] };
  }
  const drained: Record<(typeof formats)[number], Drained[]> = { JSON: [], Avro: [] };
  try {
    const servers = await BenchServers.start();
    try {
      const load = streamLoad({ seed, events });
      const api = confluentApi(registry.address);
      for (let run = 0; run < runs; run += 1) {
        drained.JSON.push(await engineRun(servers, load, { name: "JSON", forward: "all" }));
        drained.Avro.push(await engineRun(servers, load, { name: "Avro", forward: "all", registry: api }));
      }
    } finally {
      await servers.close();
    }
  } finally {
    await registry.stop();
  }
  return {
    title,
    head: ["format", "engine, µs", "broker, µs", "bytes written", "peak MiB", "events/s", "alerts"],
    rows: formats.map((format) => {
      const { engine, kafka, ...rest } = mediansOf(drained[format].map(({ figures }) => figures));
      return [
        format,
        ...[engine, kafka].map((cpu) => cpu.toFixed(1)),
        ...[rest.bytes, rest.memory, rest.perSecond, rest.alerts].map((value) => value.toFixed(0)),
      ];
    }),
    notes: [
      `${events} raw events in JSON, everything forwarded, one process with both roles, by raw event, medians of ${runs} runs in ` +
        "turn. What Corral writes (enriched events, alerts, actions, tables) is in the format named.",
    ],
    failures: formats.flatMap((format) => drained[format].flatMap(({ failures }) => failures)),
  };
}
