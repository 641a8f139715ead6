/**
 * Where the commands write: results to stdout, everything else to stderr. Most of it quotes events, whose text must not
 * reach a terminal as it is: what could steer one is escaped here, for every command.
 */
import { safeText } from "../safe-text.ts";

export interface Output {
  /** A line of the result. */
  result(line: string): void;
  /** A line for the person who called. */
  note(line: string): void;
  /** A line of the result that may carry colours: who calls has made the text in it safe. Absent: `result` takes it. */
  painted?(line: string): void;
  /** True where stdout is a terminal that may be coloured. */
  readonly colour: boolean;
}

interface Sink {
  write(text: string): unknown;
}

export function outputTo(stdout: Sink, stderr: Sink, colour: boolean): Output {
  return {
    result: (line) => stdout.write(`${safeText(line)}\n`),
    note: (line) => stderr.write(`${safeText(line)}\n`),
    painted: (line) => stdout.write(`${colour ? withColours(line) : safeText(line)}\n`),
    colour,
  };
}

export const processOutput = outputTo(
  process.stdout,
  process.stderr,
  process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
);

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const colourCode = /(\u001b\[\d{1,2}m)/;

/** What lies between colours is made safe here too. */
function withColours(line: string): string {
  return line
    .split(colourCode)
    .map((part, at) => (at % 2 === 1 ? part : safeText(part)))
    .join("");
}

/** For lines with colours. */
export function painted(output: Output): (line: string) => void {
  return (line) => (output.painted ?? output.result)(line);
}

/** A reader that has seen enough (`corral demo | head`) ends the command, without a complaint. */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCode.ok);
    throw error;
  });
}

/** What the exit codes mean; scripts rely on them. */
export const exitCode = { ok: 0, findings: 1, ruleError: 2, usage: 3, unreachable: 4 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
