/** Where the commands write: results to stdout, everything else to stderr. */
export interface Output {
  /** A line of the result. */
  result(line: string): void;
  /** A line for the person who called. */
  note(line: string): void;
  /** True where stdout is a terminal that may be coloured. */
  readonly colour: boolean;
}

export const processOutput: Output = {
  result: (line) => process.stdout.write(`${line}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
  colour: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
};

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
