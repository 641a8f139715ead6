import type { ConnectionOptions } from "node:tls";

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

export const defaultRequestTimeoutMs = 30_000;
export const connectTimeoutMs = 3_000;
