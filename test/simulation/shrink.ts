/**
 * Makes a scenario that fails smaller: without faults, then without events, that it does not need. Whatever is left out
 * changes what comes after it, so what is left fails by itself, not for the same reason of necessity.
 */
import type { Scenario } from "./scenario.ts";

export type Fails = (scenario: Scenario) => Promise<boolean>;

/** `tries`: runs at most. */
export async function shrink(scenario: Scenario, fails: Fails, tries = 300): Promise<Scenario> {
  let left = tries;
  const attempt = async (smaller: Scenario): Promise<boolean> => {
    left -= 1;
    return left >= 0 && fails(smaller);
  };
  const withoutGarbage = { ...scenario, garbage: [] };
  let smallest = (await attempt(withoutGarbage)) ? withoutGarbage : scenario;
  smallest = await without(smallest, "faults", attempt);
  smallest = await without(smallest, "events", attempt);
  return without(smallest, "faults", attempt);
}

/** Leaves out ever smaller parts of the list, as long as what is left still fails. */
async function without(scenario: Scenario, list: "faults" | "events", attempt: Fails): Promise<Scenario> {
  let smallest = scenario;
  for (
    let size = Math.ceil(smallest[list].length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let from = 0; from < smallest[list].length; ) {
      const kept = smallest[list].toSpliced(from, size);
      const smaller = { ...smallest, [list]: kept } as Scenario;
      if (await attempt(smaller)) smallest = smaller;
      else from += size;
    }
  }
  return smallest;
}
