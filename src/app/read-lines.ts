/** The lines of a file with their numbers from 1; empty ones are passed over. `-` is `input`. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { ConfigError, messageOf } from "../errors.ts";

export interface NumberedLine {
  readonly line: number;
  readonly text: string;
}

/** Throws ConfigError for a file that cannot be read. */
export async function* readLines(
  file: string,
  input: NodeJS.ReadableStream = process.stdin,
): AsyncGenerator<NumberedLine> {
  const stream = file === "-" ? input : createReadStream(file);
  let line = 0;
  try {
    for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      if (text.trim() !== "") yield { line, text };
    }
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      throw new ConfigError(`Cannot read ${file}: the file must be readable: ${messageOf(error)}`);
    }
    throw error;
  }
}
