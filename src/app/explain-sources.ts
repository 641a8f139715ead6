/**
 * `corral sources explain`: what every record of a file is taken for, and what becomes of it: events with the mapping
 * entry that named each, what the limits cut, and whether the broker's time would replace the event's. The way is the
 * enricher's own; the tables of types are watched while it is gone.
 */
import type { Clock } from "../clock.ts";
import { InvalidMessage } from "../errors.ts";
import { clampTime, maxAhead } from "../sources/clamp-time.ts";
import { cutsOf, type FieldCut } from "../sources/explain/cuts-of.ts";
import { leftOut } from "../sources/explain/left-out.ts";
import { builtInNames, type Formats, formatsOf } from "../sources/formats.ts";
import { limited } from "../sources/limits.ts";
import { loadMappings, type Mappings } from "../sources/mapping/load-mappings.ts";
import type { EntryPlace, TypeEntry } from "../sources/mapping/type-table.ts";
import { jsonOf, recognised } from "../sources/read-record.ts";
import type { EventDraft, RawRecord } from "../sources/source.ts";
import { refuseAvro } from "./read-event-files.ts";
import type { NumberedLine } from "./read-lines.ts";

export interface ExplainedEvent {
  /** Within the limits, before its clock was judged. */
  readonly event: EventDraft;
  /** The mapping entry that gave the type; `none`: no entry fits; `record`: the record says its type itself. */
  readonly named: EntryPlace | "none" | "record";
  /** Why the broker's time would stand in; null: it would not. */
  readonly replaced: string | null;
  readonly cuts: readonly FieldCut[];
}

export interface ExplainedValue {
  readonly envelopes: readonly string[];
  readonly source: string;
  readonly events: readonly ExplainedEvent[];
  /** Keys of the value of which no event says anything. */
  readonly leftOut: readonly string[];
}

export interface ExplainedRecord {
  readonly line: number;
  readonly values: readonly ExplainedValue[];
  /** Why it would be a dead letter; null: it would not. */
  readonly refused: { readonly reason: string; readonly message: string } | null;
}

export interface ExplainSourcesOptions {
  /** Mapping files and folders beside those that ship. */
  readonly mappings: readonly string[];
  /** Says what is ahead of time: a file has no broker's times. */
  readonly clock: Clock;
}

/** Throws ConfigError for mappings that cannot be read. */
export async function* explainSources(
  lines: AsyncIterable<NumberedLine>,
  { mappings, clock }: ExplainSourcesOptions,
): AsyncGenerator<ExplainedRecord> {
  const asked: Asked = [];
  const formats = formatsOf(watched(loadMappings(mappings, builtInNames), asked));
  for await (const { line, text } of lines) {
    const record = { value: Buffer.from(text), headers: {}, origin: null };
    try {
      asked.length = 0;
      yield { line, values: await valuesIn(record, formats, asked, clock.now()), refused: null };
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error;
      yield { line, values: [], refused: { reason: error.reason, message: error.message } };
    }
  }
}

/** What the tables answered since the record began. */
type Asked = (TypeEntry | null)[];

function watched(mappings: Mappings, asked: Asked): Mappings {
  return {
    ...mappings,
    typesOf: (source) => {
      const table = mappings.typesOf(source);
      return {
        ...table,
        typeOf: (facts) => {
          const entry = table.typeOf(facts);
          asked.push(entry);
          return entry;
        },
      };
    },
  };
}

async function valuesIn(
  record: RawRecord,
  formats: Formats,
  asked: Asked,
  now: number,
): Promise<readonly ExplainedValue[]> {
  const json = await jsonOf(record, refuseAvro);
  return recognised(json, record, formats).map(({ envelopes, source, value, drafts }) => ({
    envelopes,
    source,
    leftOut: leftOut(value, drafts),
    events: drafts.map((draft) => {
      const event = limited(draft);
      return {
        event,
        named: source === "unmapped" ? "none" : namedBy(draft, asked),
        replaced: replacedBecause(event, now),
        cuts: cutsOf(draft, event),
      };
    }),
  }));
}

/** Answers come in the order of the events; each counts once. */
function namedBy({ type }: EventDraft, asked: Asked): ExplainedEvent["named"] {
  const at = asked.findIndex((entry) => entry?.type === type);
  const none = at < 0 ? asked.indexOf(null) : -1;
  const [answer] = at >= 0 ? asked.splice(at, 1) : none >= 0 ? asked.splice(none, 1) : [undefined];
  if (answer === undefined) return "record";
  return answer?.place ?? "none";
}

function replacedBecause(event: EventDraft, now: number): string | null {
  if (clampTime(event, now) === event) return null;
  return event.timestamp > now
    ? `it is ahead of now by more than ${maxAhead / 60_000} minutes`
    : "the record has none that can be read";
}
