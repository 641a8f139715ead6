import { Kafka, type LogEntry, logLevel, type SASLOptions } from "kafkajs";
import {
  connectTimeoutMs,
  defaultRequestTimeoutMs,
  type KafkaClientOptions,
  type KafkaLogin,
  type KafkaLogLine,
} from "../kafka-client-options.ts";
import type { OpenSockets } from "./open-sockets.ts";

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
    connectionTimeout: connectTimeoutMs,
    requestTimeout: options.requestTimeoutMs ?? defaultRequestTimeoutMs,
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
