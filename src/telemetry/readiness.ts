import { type Clock, systemClock } from "../clock.ts";
import { messageOf } from "../errors.ts";

export interface CheckResult {
  readonly ok: boolean;
  /** What was seen, in a few words. */
  readonly detail: string;
}

/** Asks one thing whether work can be done. A rejection is a failure with its message. */
export type Check = () => Promise<CheckResult>;

export interface NamedResult extends CheckResult {
  readonly name: string;
}

/**
 * Returns a function that asks all checks side by side. None takes longer than `timeoutMs`; one that still hangs from
 * before is not started again, so that probes do not pile up on a service that is stuck.
 */
export function createReadiness(
  checks: Readonly<Record<string, Check>>,
  timeoutMs: number,
  clock: Clock = systemClock,
): () => Promise<readonly NamedResult[]> {
  const running = new Map<string, Promise<CheckResult>>();
  return () =>
    Promise.all(
      Object.entries(checks).map(async ([name, check]) => ({
        name,
        ...(await bounded(shared(name, check))),
      })),
    );

  function shared(name: string, check: Check): Promise<CheckResult> {
    const started = running.get(name) ?? settled(check).finally(() => running.delete(name));
    running.set(name, started);
    return started;
  }

  async function bounded(result: Promise<CheckResult>): Promise<CheckResult> {
    const answered = new AbortController();
    const late = clock
      .sleep(timeoutMs, answered.signal)
      .then(() => ({ ok: false, detail: `no answer within ${timeoutMs} ms` }));
    return await Promise.race([result, late]).finally(() => answered.abort());
  }
}

async function settled(check: Check): Promise<CheckResult> {
  try {
    return await check();
  } catch (error) {
    return { ok: false, detail: messageOf(error) };
  }
}
