/**
 * The connection to Redis. It reconnects for ever, and while there is none every call fails at once with TransientError:
 * nothing waits in a queue that an outage could fill. Only a connection that is just being made is waited for.
 *
 * A call that failed may still have been carried out (its reply was lost) or may be later (it lies in a frozen server's
 * socket); what is sent here must therefore be safe to run twice and late.
 */
import type { ConnectionOptions } from "node:tls";
import { type ChainableCommander, Redis } from "ioredis";
import { type Clock, systemClock } from "../../clock.ts";
import {
  AccessRefused,
  ClaimLost,
  ConfigError,
  isCertificateError,
  messageOf,
  TransientError,
} from "../../errors.ts";

export interface ConnectionSettings {
  /** `redis://[user:password@]host[:port][/db]`, `rediss://` for TLS. */
  readonly url: string;
  /** Override what the URL says. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: ConnectionOptions | undefined;
  /** How long a call may take, and an attempt to connect. */
  readonly commandTimeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

const firstRetryMs = 50;
const lastRetryMs = 2_000;

export class Connection {
  readonly #redis: Redis;
  readonly #address: string;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  #lastError: Error | null = null;
  #attempt: Promise<void> | null = null;
  #neverWasReady = true;
  /** What else it may be that a server does not answer. */
  readonly #wrongPort: string;

  constructor(settings: ConnectionSettings) {
    const { host, protocol } = parseUrl(settings.url);
    this.#address = host;
    this.#wrongPort =
      protocol === "rediss:"
        ? " (does this port speak TLS? redis:// goes without)"
        : " (does this port speak TLS? rediss:// asks for it)";
    this.#timeoutMs = settings.commandTimeoutMs ?? 5_000;
    this.#clock = settings.clock ?? systemClock;
    this.#redis = new Redis(settings.url, {
      ...(settings.username === undefined ? {} : { username: settings.username }),
      ...(settings.password === undefined ? {} : { password: settings.password }),
      ...(protocol === "rediss:" ? { tls: settings.tls ?? {} } : {}),
      protocol: 2,
      connectionName: "corral",
      // A user that may not set it would leave two entries in the server's ACL log at each connection.
      disableClientInfo: true,
      connectTimeout: this.#timeoutMs,
      commandTimeout: this.#timeoutMs,
      // A server that hangs: after the calls have timed out the connection goes too, with all that was sent on it.
      socketTimeout: this.#timeoutMs + 1_000,
      enableOfflineQueue: false,
      // Zero rejects at once what a broken connection cut off, instead of sending it again some time later.
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(attempt, 10)),
      // After a failover behind one address we may hang on the old master.
      reconnectOnError: (error) => error.message.startsWith("READONLY"),
    });
    this.#redis.on("error", (error: Error) => {
      this.#lastError = error;
    });
    this.#redis.on("ready", () => {
      this.#lastError = null;
      this.#neverWasReady = false;
    });
  }

  /**
   * Runs `work`; whatever Redis or the way to it answers becomes a TransientError that begins `Cannot <action>`, or
   * AccessRefused, where it does not let us.
   */
  async run<T>(action: string, work: (redis: Redis) => Promise<T>): Promise<T> {
    await this.#untilReady(action);
    try {
      return await work(this.#redis);
    } catch (error) {
      if (error instanceof ClaimLost || error instanceof TransientError) throw error;
      throw this.#transient(action, "carry it out", error);
    }
  }

  /** Several commands in one round trip; the first that failed decides. */
  async pipeline(action: string, fill: (pipeline: ChainableCommander) => void): Promise<readonly unknown[]> {
    return this.run(action, async (redis) => {
      const pipeline = redis.pipeline();
      fill(pipeline);
      const answers = (await pipeline.exec()) ?? [];
      return answers.map(([error, answer]) => {
        if (error) throw error;
        return answer;
      });
    });
  }

  async close(): Promise<void> {
    if (this.#redis.status === "ready") await this.#redis.quit().catch(() => {});
    this.#redis.disconnect();
  }

  async #untilReady(action: string): Promise<void> {
    if (this.#redis.status === "ready") return;
    if (["wait", "connecting", "connect"].includes(this.#redis.status)) {
      this.#attempt ??= this.#attemptEnds().finally(() => {
        this.#attempt = null;
      });
      const given = new AbortController();
      await Promise.race([this.#attempt, this.#clock.sleep(this.#timeoutMs, given.signal)]);
      given.abort();
    }
    // Read again: the status has changed while we waited.
    const status: string = this.#redis.status;
    if (status !== "ready") throw this.#transient(action, "be reachable", this.#lastError ?? status);
  }

  #attemptEnds(): Promise<void> {
    const redis = this.#redis;
    return new Promise((resolve) => {
      const events = ["ready", "close", "end"] as const;
      function done(): void {
        for (const event of events) redis.off(event, done);
        resolve();
      }
      for (const event of events) redis.on(event, done);
    });
  }

  #transient(action: string, rule: string, cause: unknown): TransientError {
    const message = messageOf(cause);
    const last = this.#lastError === null ? "" : messageOf(this.#lastError);
    // ioredis says of a connection that is gone only that its stream is not writeable.
    const reason = message.includes(last) ? message : `${message} (${last})`;
    const refused = [cause, this.#lastError].map(refusal).find((must) => must !== null);
    const Kind = refused === undefined ? TransientError : AccessRefused;
    const must = refused ?? rule;
    const isOddStart = refused === undefined && this.#neverWasReady && !/ECONNREFUSED|ENOTFOUND/.test(reason);
    const hint = isOddStart ? this.#wrongPort : "";
    return new Kind(
      `Cannot ${action}: Redis at ${this.#address} must ${must}: current value is ${reason}${hint}`,
      { cause },
    );
  }
}

/** What the server should have allowed; null: it is no matter of access. */
function refusal(error: unknown): string | null {
  if (isCertificateError(error))
    return "have a certificate that is vouched for (redis.tls.ca, redis.tls.server_name)";
  const message = error instanceof Error ? error.message : "";
  if (/^(WRONGPASS|NOAUTH)/.test(message)) return "accept the login (redis.username, redis.password)";
  return /^NOPERM|The user executing the script can't/.test(message)
    ? "allow what docs/security.md lists"
    : null;
}

/** Never shows the URL itself: it may hold a password. */
function parseUrl(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed && ["redis:", "rediss:"].includes(parsed.protocol) && parsed.hostname !== "") return parsed;
  throw new ConfigError(
    `Cannot use the Redis URL: it must be redis://host:port or rediss://host:port: current value is ${
      parsed ? `one of ${parsed.protocol}//${parsed.host}` : "no URL"
    }`,
  );
}
