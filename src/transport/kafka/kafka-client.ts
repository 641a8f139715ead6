import type { ConnectionOptions } from "node:tls";
import { Kafka, type LogEntry, logLevel, type SASLOptions } from "kafkajs";
import type { OpenSockets } from "./open-sockets.ts";

export interface KafkaLogLine {
  readonly level: "error" | "warn" | "info";
  readonly message: string;
  /** What the client says beside it: broker, topic, group, error. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface KafkaClientOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** What the client and the adapter have to say; nothing else is printed. */
  readonly log?: (line: KafkaLogLine) => void;
  /** Absent: no TLS. */
  readonly tls?: ConnectionOptions;
  /** Absent: no login. */
  readonly login?: KafkaLogin;
  /** A broker that does not answer a request for so long is given up. Default: 30 s. */
  readonly requestTimeoutMs?: number;
}

export interface KafkaLogin {
  readonly mechanism: "SCRAM-SHA-512" | "SCRAM-SHA-256" | "PLAIN";
  readonly username: string;
  readonly password: string;
}

/** Retries inside of one call of the client; above them the adapter starts over. */
export const clientRetry = { initialRetryTime: 50, maxRetryTime: 1_000, retries: 5 } as const;

/** A client of its own for each user: clients share the committed offsets of a group among their consumers. */
export function kafkaClient(options: KafkaClientOptions, sockets: OpenSockets): Kafka {
  const { log } = options;
  return new Kafka({
    brokers: [...options.brokers],
    clientId: options.clientId,
    ...(options.tls === undefined ? {} : { ssl: options.tls }),
    ...(options.login === undefined ? {} : { sasl: saslOf(options.login) }),
    socketFactory: sockets.factory,
    connectionTimeout: 3_000,
    requestTimeout: options.requestTimeoutMs ?? 30_000,
    retry: clientRetry,
    logLevel: log ? logLevel.INFO : logLevel.NOTHING,
    logCreator: () => (entry) => log?.(lineOf(entry)),
  });
}

/** An object of its own for each client, which keeps on it what it has made of the password. */
function saslOf({ mechanism, username, password }: KafkaLogin): SASLOptions {
  return { mechanism: mechanism.toLowerCase(), username, password } as SASLOptions;
}

function lineOf({ level, log: { message, timestamp: _, logger: __, ...fields } }: LogEntry): KafkaLogLine {
  const name = level === logLevel.ERROR ? "error" : level === logLevel.WARN ? "warn" : "info";
  return { level: name, message, fields };
}
