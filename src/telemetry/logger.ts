/**
 * The log: one JSON object a line on stderr (stdout belongs to results). Secrets are taken out twice: by field name,
 * and, in the finished line, wherever a URL carries a password, because messages of libraries quote URLs.
 * Control characters that JSON allows, and such that turn the direction of writing, are escaped: messages quote events.
 */
import { type DestinationStream, destination, type Logger, pino, stdSerializers } from "pino";
import { safeText } from "../safe-text.ts";
import { version } from "../version.ts";

export type { Logger } from "pino";

export interface LoggerOptions {
  /** `trace` to `fatal`, or `silent`. */
  readonly level: string;
  /** What this process does, e.g. `enrich,correlate`. */
  readonly role: string;
  /** Where lines go; stderr when absent. */
  readonly stream?: DestinationStream;
}

const hidden = "***";
const secretNames = [
  "password",
  "passwd",
  "secret",
  "token",
  "authorization",
  "apiKey",
  "api_key",
  "credentials",
];

export function createLogger({ level, role, stream }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service: "corral", version, role },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err, error: stdSerializers.err },
      redact: { paths: secretPaths(), censor: hidden },
      hooks: { streamWrite: (line) => safeText(maskPasswords(line)) },
    },
    // Synchronous: the last lines before a crash are the ones that matter.
    stream ?? destination({ fd: 2, sync: true }),
  );
}

/** ioredis hangs the failed command with its arguments on the error: of AUTH and HELLO that is the password. */
function secretPaths(): string[] {
  return [
    ...secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
    "command.args",
    "*.command.args",
    "err.*.command.args",
    "error.*.command.args",
  ];
}

/** `://user:password@` anywhere in a line. Neither part crosses a slash or quote, so the time is linear in the line. */
function maskPasswords(line: string): string {
  return line.replace(/:\/\/([^\s/:@"]*):[^\s/@"]+@/g, `://$1:${hidden}@`);
}
