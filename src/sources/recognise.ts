/**
 * Which producer a value comes from, decided per record by what is in it: topics are mixed and headers often missing.
 * The first source in this list that recognises the value reads it; a new source is added here and nowhere else.
 */
import { InvalidMessage } from "../errors.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { falco } from "./falco.ts";
import { native } from "./native.ts";
import type { Source } from "./source.ts";

/** The more telling shapes first. */
export const sources: readonly Source[] = [falco, native];

export interface Recognised {
  readonly source: Source;
  readonly value: JsonMap;
}

/** Throws InvalidMessage `unrecognised`. */
export function recognise(value: JsonValue): Recognised {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const map = value as JsonMap;
    const source = sources.find((candidate) => candidate.recognises(map));
    if (source !== undefined) return { source, value: map };
  }
  throw new InvalidMessage(
    "unrecognised",
    `Cannot read record: must be an event of ${sources.map(({ name }) => name).join(" or ")}: ${describe(value)}`,
  );
}

function describe(value: JsonValue): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return `current value is ${JSON.stringify(value).slice(0, 100)}`;
  }
  return `its keys are ${Object.keys(value).slice(0, 20).join(", ").slice(0, 200)}`;
}
