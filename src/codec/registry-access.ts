/** How the registry is reached beside its address: who we are, and what TLS takes. */
import { Agent } from "node:https";
import type { ConnectionOptions } from "node:tls";
import type { SchemaRegistry } from "@kafkajs/confluent-schema-registry";

export interface RegistryAccess {
  readonly username: string | null;
  readonly password: string | null;
  /** In place of a user. */
  readonly token: string | null;
  readonly tls: ConnectionOptions;
}

/** All that is asked of the registry, and what for; the manual prints it, and a test compares it with what is sent. */
export const registryRequests: readonly { readonly request: string; readonly what: string }[] = [
  { request: "GET /config/<subject>", what: "see whether a subject is compatible as it should be" },
  { request: "PUT /config/<subject>", what: "make a new subject BACKWARD compatible" },
  { request: "POST /subjects/<subject>/versions", what: "register our schemas" },
  { request: "GET /schemas/ids/<id>", what: "read what others have written" },
  { request: "GET /subjects/<subject>/versions/latest", what: "find out whether it answers (readiness)" },
];

type ClientOptions = ConstructorParameters<typeof SchemaRegistry>[0];
export type Middleware = NonNullable<ClientOptions["middlewares"]>[number];

export interface RegistryAddress {
  /** Without what is secret in it, for the client and for messages. */
  readonly host: string;
  /** The header that says who we are; null: nobody. */
  readonly authorization: string | null;
  /** Null: the one that all share. */
  readonly agent: Agent | null;
}

/** A name and password in the URL count where the access has none. */
export function registryAddress(url: string, access: RegistryAccess | undefined): RegistryAddress {
  const parsed = new URL(url);
  const [username, password] = [decodeURIComponent(parsed.username), decodeURIComponent(parsed.password)];
  parsed.username = "";
  parsed.password = "";
  const tls = access?.tls ?? {};
  return {
    host: parsed.href.replace(/\/+$/, ""),
    authorization: authorizationOf({
      token: access?.token ?? null,
      username: access?.username ?? username,
      password: access?.password ?? password,
    }),
    agent: Object.keys(tls).length === 0 ? null : new Agent({ ...tls, keepAlive: true }),
  };
}

/** Says on every request who we are. */
export function withAuthorization(authorization: string): Middleware {
  return () => ({
    prepareRequest: async (next) => (await next()).enhance({ headers: { authorization } }),
  });
}

function authorizationOf({
  token,
  username,
  password,
}: {
  readonly token: string | null;
  readonly username: string;
  readonly password: string;
}): string | null {
  if (token !== null) return `Bearer ${token}`;
  if (username === "" && password === "") return null;
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
