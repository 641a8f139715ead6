/**
 * The schema registry, in our words: poison and outage must not be confused.
 *
 * The client reports an unknown id as status 404 and a registry that cannot be reached as status 400 ("ECONNREFUSED"),
 * so of a fetch only 404 means that the record can never be read; everything else with a status is tried again.
 */
import { SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import type { ForSchemaOptions, Type } from "avsc";
import avro from "avsc";
import { systemClock } from "../clock.ts";
import { AccessRefused, ConfigError, InvalidMessage, messageOf, TransientError } from "../errors.ts";
import {
  type Middleware,
  type RegistryAccess,
  registryAddress,
  withAuthorization,
} from "./registry-access.ts";

export type { RegistryAccess } from "./registry-access.ts";

export interface Registry {
  /** Registers under BACKWARD compatibility; the id. Throws ConfigError (refused) or TransientError. */
  register(subject: string, schema: string): Promise<number>;
  /** The writer's schema of an id, parsed with the options given. Throws InvalidMessage or TransientError. */
  fetch(id: number): Promise<Type>;
  /** Throws TransientError when the registry does not answer. */
  check(subject: string): Promise<void>;
}

export interface RegistryOptions {
  readonly access?: RegistryAccess | undefined;
  readonly parsing?: Partial<ForSchemaOptions>;
  /** For each request. Default: 5 s. */
  readonly timeoutMs?: number;
}

export function openRegistry(
  url: string,
  { access, parsing = {}, timeoutMs = 5_000 }: RegistryOptions = {},
): Registry {
  const { host, authorization, agent } = registryAddress(url, access);
  const client = new SchemaRegistry(
    {
      host,
      ...(agent === null ? {} : { agent }),
      // The pipeline tries again by itself; here only a hiccup is bridged.
      retry: { retries: 1, initialRetryTimeInSecs: 0.1, maxRetryTimeInSecs: 0.5 },
      middlewares: [
        withTimeout(timeoutMs),
        ...(authorization === null ? [] : [withAuthorization(authorization)]),
      ],
    },
    { [SchemaType.AVRO]: parsing },
  );
  return {
    async register(subject, schema) {
      try {
        return await registerWithOthers(() =>
          client.register({ type: SchemaType.AVRO, schema }, { subject }),
        );
      } catch (error) {
        throw isRefusal(error)
          ? new ConfigError(`Cannot register schema: ${subject} must accept it: ${messageOf(error)}`, {
              cause: error,
            })
          : away(host, error);
      }
    },
    async fetch(id) {
      const type = await client.getSchema(id).catch((error: unknown) => {
        throw statusOf(error) === null
          ? unusable(id, error)
          : statusOf(error) === 404
            ? unknown(id)
            : away(host, error);
      });
      if (!avro.Type.isType(type)) throw unusable(id, "it is not an Avro schema");
      return type as unknown as Type;
    },
    async check(subject) {
      await client.getLatestSchemaId(subject).catch((error: unknown) => {
        throw away(host, error);
      });
    },
  };
}

const attempts = 10;
const pauseMs = 200;

/**
 * Replicas that start together meet in a new subject: the first registers its schema and only then sets the subject's
 * compatibility, so that others see 409 or another compatibility for a moment.
 */
async function registerWithOthers(register: () => Promise<{ readonly id: number }>): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await register()).id;
    } catch (error) {
      if (attempt === attempts || !meetsOthers(error)) throw error;
      await systemClock.sleep(pauseMs);
    }
  }
}

function meetsOthers(error: unknown): boolean {
  return (
    statusOf(error) === 409 || (error instanceof Error && /compatibility does not match/i.test(error.message))
  );
}

function withTimeout(timeout: number): Middleware {
  return () => ({ prepareRequest: async (next) => (await next()).enhance({ timeout }) });
}

/** Another attempt cannot end otherwise: incompatible, invalid, another address. */
function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return status === null || [404, 409, 422].includes(status);
}

function statusOf(error: unknown): number | null {
  const { status } = error as { status?: unknown };
  return typeof status === "number" ? status : null;
}

function unknown(id: number): InvalidMessage {
  return new InvalidMessage(
    "unknown-schema",
    `Cannot read Avro: its schema must be registered: current id is ${id}`,
  );
}

function unusable(id: number, error: unknown): InvalidMessage {
  return new InvalidMessage(
    "bad-schema",
    `Cannot read Avro: schema ${id} must be usable: ${messageOf(error)}`,
  );
}

/** It does not answer, or does not let us. The client says of a certificate that does not pass only the words. */
function away(host: string, error: unknown): TransientError {
  const text = messageOf(error);
  const place = `Cannot reach the schema registry at ${host}`;
  const refused = (must: string): AccessRefused =>
    new AccessRefused(`${place}: ${must}: current value is "${text}"`, { cause: error });
  const status = statusOf(error);
  if (status === 401) return refused("it must accept the login (registry.username, registry.token)");
  if (status === 403) return refused("it must allow what docs/security.md lists");
  if (status === 400 && /certificate|altnames/i.test(text)) {
    return refused("its certificate must be vouched for (registry.tls.ca, registry.tls.server_name)");
  }
  return new TransientError(`${place}: ${text}`, { cause: error });
}
