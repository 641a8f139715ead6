/**
 * The kinds of error Corral knows. What is none of these is a defect of the program.
 * Messages read "Cannot <action>: <what must hold>: current value is <x>".
 */

/** Settings or surroundings that make a start impossible. The process prints it and exits with code 3. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** One fault in a rule file. Lines and columns count from 1. */
export interface RuleFault {
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** All faults of a rule set together. Exit code 2. */
export class RuleError extends Error {
  override readonly name = "RuleError";
  readonly faults: readonly RuleFault[];

  constructor(faults: readonly RuleFault[]) {
    super(faults.map(formatFault).join("\n"));
    this.faults = faults;
  }
}

/** `file:line:column code message`, as editors and CI logs link it. */
export function formatFault(fault: RuleFault): string {
  return `${fault.file}:${fault.line}:${fault.column} ${fault.code} ${fault.message}`;
}

/** A record that can never be processed; it becomes a dead letter with this reason. */
export class InvalidMessage extends Error {
  override readonly name = "InvalidMessage";
  /** A short word for metrics and headers, e.g. `not-json`. */
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** A service did not answer as it should; the same work is tried again later, nothing is lost. */
export class TransientError extends Error {
  override readonly name: string = "TransientError";
}

/**
 * A service answers, and says no: it does not know us, denies us a right, or shows a certificate that nobody we trust
 * vouches for. Running work tries again, slowly, since somebody may grant it; a start or a command ends with exit code 3.
 */
export class AccessRefused extends TransientError {
  override readonly name = "AccessRefused";
}

/** The state no longer accepts this owner. `FENCED`: a newer claim exists. `CONFLICT`: the stored offset is another one. */
export class ClaimLost extends TransientError {
  override readonly name = "ClaimLost";
  readonly code: "FENCED" | "CONFLICT";

  constructor(code: "FENCED" | "CONFLICT", message: string) {
    super(message);
    this.code = code;
  }
}

/** Whether Node.js threw it because a certificate does not pass. */
export function isCertificateError(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === "string" && certificateCode.test(code);
}

const certificateCode =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
