import fc from "fast-check";
import { expect, test } from "vitest";
import { assertProperty } from "./assert-property.ts";

test("a property that fails says with which seed, and how to run it again", async () => {
  const fails = assertProperty(
    fc.property(fc.nat(), (value) => expect(value).toBeLessThan(0)),
    10,
  );
  await expect(fails).rejects.toThrow(
    /Again: CORRAL_TEST_PROPERTY_SEED=\d+ CORRAL_TEST_PROPERTY_RUNS=10 npx vitest run --project unit test\/correlation\/assert-property\.test\.ts/,
  );
});

test("a property that holds for all its cases passes", async () => {
  let cases = 0;
  const counts = fc.property(fc.nat(), () => {
    cases += 1;
  });
  await assertProperty(counts, 10);
  expect(cases).toBe(10);
});
