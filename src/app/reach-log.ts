import { AccessRefused } from "../errors.ts";
import type { Log, Right } from "../transport/log.ts";
import { rightsText } from "../transport/rights-text.ts";

const pingMs = 10_000;

/**
 * The first thing that anybody does with the log: it must answer, and allow what will be asked of it. Else a right that
 * is seldom used would be missed in the middle of the work. Throws TransientError, or AccessRefused with all that is
 * missing.
 */
export async function reachLog(log: Pick<Log, "ping" | "denied">, rights: readonly Right[]): Promise<void> {
  await log.ping(pingMs);
  const denied = await log.denied(rights);
  if (denied.length === 0) return;
  throw new AccessRefused(
    `Cannot work with Kafka: it must allow what docs/security.md lists: denied are ${rightsText(denied)}`,
  );
}
