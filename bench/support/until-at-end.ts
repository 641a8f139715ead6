/** Waits until a group has committed all that its topic holds. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Installation } from "../../test/integration/support/installation.ts";

const groups = {
  enrich: { group: "corral-enrich", topic: "events.raw" },
  correlate: { group: "corral-correlate", topic: "events.enriched" },
} as const;

/** Records that the group has not committed. */
export async function lagOf(corral: Installation, role: keyof typeof groups): Promise<number> {
  const { group, topic } = groups[role];
  const [ends, committed] = await Promise.all([corral.ends(topic), corral.committed(group, topic)]);
  const behind = [...ends].map(([partition, end]) => end - Math.max(0, committed.get(partition) ?? 0));
  return behind.reduce((sum, each) => sum + Math.max(0, each), 0);
}

/** Resolves to the seconds it took; throws when it takes longer than the limit. */
export async function untilAtEnd(
  corral: Installation,
  role: keyof typeof groups,
  limitMs: number,
): Promise<number> {
  const began = performance.now();
  // Twice in a row: correlators write to their own topic too.
  for (let times = 0; times < 2; ) {
    const lag = await lagOf(corral, role);
    times = lag === 0 ? times + 1 : 0;
    if (performance.now() - began > limitMs) {
      throw new Error(`${role} must reach the end in ${limitMs / 1_000} s: it is ${lag} records behind`);
    }
    await sleep(times === 0 ? 200 : 50);
  }
  return (performance.now() - began) / 1_000;
}
