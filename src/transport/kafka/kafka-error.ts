import { AccessRefused, isCertificateError, messageOf, TransientError } from "../../errors.ts";

/** The second: the broker's listener takes no login; the third: none of this kind. */
const loginTypes = new Set([
  "SASL_AUTHENTICATION_FAILED",
  "ILLEGAL_SASL_STATE",
  "UNSUPPORTED_SASL_MECHANISM",
]);

/** Whether Kafka answers and does not let us: no login, no right, or a certificate of its own that nobody vouches for. */
export function isRefused(error: unknown): boolean {
  return causesOf(error).some((cause) => isLogin(cause) || isRight(cause) || isCertificateError(cause));
}

/** Whether a right is missing, and not only the login. */
export function isRightRefused(error: unknown): boolean {
  return causesOf(error).some(isRight);
}

/** What the client threw while `action` was tried, in our words: AccessRefused or another TransientError. */
export function kafkaError(action: string, error: unknown): TransientError {
  if (error instanceof TransientError) return error;
  const causes = causesOf(error);
  const said = `current value is "${messageOf(error)}"`;
  const fault = (must: string): string => `Cannot ${action}: ${must}: ${said}`;
  if (causes.some(isLogin)) {
    return new AccessRefused(fault("Kafka must accept the login (kafka.sasl)"), { cause: error });
  }
  if (causes.some(isCertificateError)) {
    const must = "Kafka's certificate must be vouched for (kafka.tls.ca, kafka.tls.server_name)";
    return new AccessRefused(fault(must), { cause: error });
  }
  if (causes.some(isRight)) return new AccessRefused(fault("Kafka must allow it"), { cause: error });
  const hint = causes.some(isHangUp)
    ? " (a broker that expects TLS or a login, or neither, hangs up: kafka.tls, kafka.sasl)"
    : "";
  return new TransientError(`${fault("Kafka must answer")}${hint}`, { cause: error });
}

/** The broker's own names of what it answered, wherever the client has put them, e.g. `MESSAGE_TOO_LARGE`. */
export function answersIn(error: unknown): ReadonlySet<string> {
  return new Set(causesOf(error).flatMap((cause) => answerOf(cause) ?? []));
}

interface ClientError extends Error {
  /** As kafkajs names an answer. */
  readonly type?: string;
  /** As @platformatic/kafka does. */
  readonly apiId?: string;
  readonly code?: string | number;
  readonly errors?: readonly unknown[];
}

/** The error and what it wraps: the client wraps what it has tried too often, and loses its type in doing so. */
function causesOf(error: unknown): readonly ClientError[] {
  const causes: ClientError[] = [];
  for (const waiting: unknown[] = [error]; waiting.length > 0; ) {
    const next = waiting.shift();
    if (!(next instanceof Error) || causes.includes(next)) continue;
    causes.push(next);
    waiting.push(next.cause, ...((next as ClientError).errors ?? []));
  }
  return causes;
}

function answerOf({ type, apiId }: ClientError): string | undefined {
  return type ?? apiId;
}

function isLogin(cause: ClientError): boolean {
  return cause.name === "KafkaJSSASLAuthenticationError" || loginTypes.has(answerOf(cause) ?? "");
}

function isRight(cause: ClientError): boolean {
  return answerOf(cause)?.endsWith("_AUTHORIZATION_FAILED") ?? false;
}

function isHangUp({ name, code, message }: ClientError): boolean {
  return (
    name === "KafkaJSConnectionClosedError" ||
    code === "ECONNRESET" ||
    code === "EPROTO" ||
    /Closed connection|before secure TLS/.test(message)
  );
}
