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

/**
 * Resolves once the group has committed all that its topic held when it was asked for. Three times in turn: what correlators
 * judge they may write to their own topic, and rules over rules again. Watermark records go on coming meanwhile, so that
 * nobody has to stand at the very end. Throws when it takes longer than the limit.
 */
export async function untilAtEnd(
  corral: Installation,
  role: keyof typeof groups,
  limitMs: number,
): Promise<void> {
  const { group, topic } = groups[role];
  const deadline = performance.now() + limitMs;
  for (let round = 0; round < 3; round += 1) {
    const ends = await corral.ends(topic);
    while (!reaches(await corral.committed(group, topic), ends)) {
      if (performance.now() > deadline) {
        throw new Error(
          `${role} must reach the end in ${limitMs / 1_000} s: it is ${await lagOf(corral, role)} records behind`,
        );
      }
      await sleep(100);
    }
  }
}

function reaches(committed: ReadonlyMap<number, number>, ends: ReadonlyMap<number, number>): boolean {
  return [...ends].every(([partition, end]) => Math.max(0, committed.get(partition) ?? 0) >= end);
}
