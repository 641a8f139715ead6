/**
 * Enriched events to bytes and back, by the project's own codecs: `node codec-measure.ts JSON` prints one line of JSON. The
 * Avro codec is put together as it is with a registry that knows the schema already.
 */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { enrichmentOf } from "../../src/app/enrichment-of.ts";
import { avroCodec, recordReader } from "../../src/codec/avro.ts";
import type { Codec, EnrichedEvent } from "../../src/codec/codec.ts";
import { enrichedEvent } from "../../src/codec/enriched-event.ts";
import { decodeJson, encodeJson } from "../../src/codec/json.ts";
import { schemaCache } from "../../src/codec/schema-cache.ts";
import { schemaType } from "../../src/codec/schemas.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { lineReader } from "../engine/line-reader.ts";
import { ownCpu } from "../support/own-cpu.ts";

export interface CodecTask {
  readonly format: "JSON" | "Avro";
  /** One record a line. */
  readonly file: string;
}

export interface CodecFigures {
  /** Microseconds of CPU an event. */
  readonly encode: number;
  readonly decode: number;
  /** Of an event, on average. */
  readonly bytes: number;
  /** Events that do not come back as they were. */
  readonly changed: number;
}

/** So often all events, that few need to be held. */
const rounds = 4;
const codecs: Readonly<Record<CodecTask["format"], () => Codec<EnrichedEvent>>> = {
  JSON: () => ({ encode: encodeJson, decode: (value) => decodeJson(enrichedEvent, value) }),
  Avro: () => {
    const own = { id: 1, type: schemaType(enrichedEvent.schema) };
    const known = new Map([[own.id, recordReader(enrichedEvent, own.type, own.type)]]);
    const load = () => Promise.reject(new Error("Cannot measure: the schema must be known"));
    return avroCodec(enrichedEvent, own, schemaCache({ load, known }));
  },
};

if (import.meta.main) {
  const task = JSON.parse(process.argv[2]!) as CodecTask;
  process.stdout.write(`${JSON.stringify(measure(task))}\n`);
}

function measure({ format, file }: CodecTask): CodecFigures {
  const eventsOf = lineReader();
  const chain = enrichmentOf(loadConfig({ flags: {}, env: {} }));
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const events = lines.flatMap((line, offset) =>
    eventsOf(Buffer.from(line), offset).map((event) => chain.pass(event)),
  );
  const codec = codecs[format]();
  const values = events.map((event) => codec.encode(event));
  let bytes = 0;
  const encode = ownCpu(() => {
    for (let round = 0; round < rounds; round += 1) {
      for (const event of events) bytes += codec.encode(event).length;
    }
  });
  let read = 0;
  const decode = ownCpu(() => {
    for (let round = 0; round < rounds; round += 1) {
      for (const value of values) if (!(codec.decode(value) instanceof Promise)) read += 1;
    }
  });
  const count = events.length * rounds;
  if (read < count) throw new Error("Cannot measure: the schema must be known");
  const changed = events.filter(
    (event, index) => !isDeepStrictEqual(codec.decode(values[index]!), plain(event)),
  );
  return { encode: encode / count, decode: decode / count, bytes: bytes / count, changed: changed.length };
}

/** Without what JSON has no word for: fields that are undefined. */
function plain(event: EnrichedEvent): unknown {
  return JSON.parse(JSON.stringify(event));
}
