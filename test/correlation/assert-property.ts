/**
 * fast-check as the suites of this folder use it. CORRAL_TEST_PROPERTY_RUNS sets the number of cases, CORRAL_TEST_PROPERTY_SEED
 * the seed; without it each run draws its own. A failure names both, and the file, so that it can be run again.
 */
import fc from "fast-check";
import { expect } from "vitest";

/** How many cases each property runs; `fewer`: unless the environment says. */
export function propertyRuns(fewer: number): number {
  return Number(process.env.CORRAL_TEST_PROPERTY_RUNS ?? fewer);
}

const seed = Number(process.env.CORRAL_TEST_PROPERTY_SEED ?? Math.floor(Math.random() * 0x7fff_ffff));

/** Throws with the smallest counterexample found, unless all `runs` cases hold. */
export async function assertProperty<T>(property: fc.IRawProperty<T>, runs: number): Promise<void> {
  const details = await fc.check(property, { numRuns: runs, seed });
  if (!details.failed && details.numRuns === runs) return;
  throw new Error(`${await fc.asyncDefaultReportMessage(details)}\n\nAgain: ${again(runs)}`, {
    cause: details.errorInstance,
  });
}

function again(runs: number): string {
  const { testPath } = expect.getState();
  const file = testPath?.slice(testPath.lastIndexOf("test/"));
  return `CORRAL_TEST_PROPERTY_SEED=${seed} CORRAL_TEST_PROPERTY_RUNS=${runs} npx vitest run --project unit ${file}`;
}
