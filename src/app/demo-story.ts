/** The story of `corral demo`: raw records as sensors send them, one a line, in their order of arrival. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, InvalidMessage, messageOf } from "../errors.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import { recordReader } from "../sources/read-record.ts";

export interface StoryRecord {
  /** The record's value. */
  readonly text: string;
  /** What it says; a record of the story holds one event. */
  readonly event: SecurityEvent;
}

const readRecord = recordReader();
export const shippedStory = join(import.meta.dirname, "../../examples/attack-story.ndjson");

/** Throws ConfigError when the file or a line of it cannot be read. */
export async function readStory(file: string = shippedStory): Promise<readonly StoryRecord[]> {
  const records: StoryRecord[] = [];
  for (const [index, text] of linesOf(file).entries()) {
    try {
      records.push(await storyRecord(text));
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error;
      throw new ConfigError(`Cannot play ${file}:${index + 1}: ${error.message}`);
    }
  }
  return records;
}

/** Throws or rejects with InvalidMessage. */
export async function storyRecord(text: string): Promise<StoryRecord> {
  const [event, ...more] = await readRecord(
    { value: Buffer.from(text), headers: {}, origin: null },
    refuseAvro,
  );
  if (event !== undefined && more.length === 0) return { text, event };
  throw new InvalidMessage(
    "not-one",
    `Cannot read record: it must hold one event: current value is ${event === undefined ? 0 : more.length + 1}`,
  );
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "");
  } catch (error) {
    throw new ConfigError(`Cannot play ${file}: the file must be readable: ${messageOf(error)}`);
  }
}

function refuseAvro(): never {
  throw new InvalidMessage("no-registry", "Cannot read Avro: files hold lines of JSON");
}
