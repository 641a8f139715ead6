/** A few seeds of the simulation, and every scenario that has ever gone wrong; `npm run simulate` plays more. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { faultKinds } from "./faults.ts";
import { generateScenario } from "./generate-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";

const folder = join(import.meta.dirname, "regressions");

describe("Scenarios that once went wrong", () => {
  test.each(readdirSync(folder))("%s keeps every promise", { timeout: 60_000 }, async (file) => {
    const scenario = JSON.parse(readFileSync(join(folder, file), "utf8")) as Scenario;
    expect((await simulate(scenario)).failures).toEqual([]);
  });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])("seed %i keeps every promise", { timeout: 120_000 }, async (seed) => {
  const { failures, alerts } = await simulate(generateScenario(seed));
  expect(failures).toEqual([]);
  expect(alerts).toBeGreaterThan(50);
});

test.each([...faultKinds.keys()])("%s alone lands, and is survived", { timeout: 120_000 }, async (kind) => {
  const { failures, faultsLanded } = await simulate(generateScenario(11, [kind]));
  expect(failures).toEqual([]);
  expect([...faultsLanded.keys()].some((key) => key.startsWith(`${kind}\t`))).toBe(true);
});

test("a scenario decides everything: played twice it takes the same steps and says the same", {
  timeout: 120_000,
}, async () => {
  const scenario = generateScenario(5);
  const [first, second] = [await simulate(scenario), await simulate(scenario)];
  expect([second.steps, second.alerts]).toEqual([first.steps, first.alerts]);
  expect(scenario.events.length).toBeGreaterThanOrEqual(200);
});

test("what fails is made smaller, and still fails", async () => {
  const scenario = generateScenario(3);
  const guilty = scenario.events[17]!;
  const fails = async ({ events }: Scenario): Promise<boolean> => events.includes(guilty);
  const smallest = await shrink(scenario, fails, 1_000);
  expect(smallest.events).toEqual([guilty]);
  expect(smallest.faults).toEqual([]);
});
