import { expect, test } from "vitest";
import { backoffDelay } from "../../src/transport/backoff.ts";

test("doubles up to the maximum, of which the upper half is random", () => {
  const delays = (random: number) =>
    [0, 1, 2, 6, 1_000].map((attempt) =>
      backoffDelay(attempt, { minMs: 100, maxMs: 5_000, random: () => random }),
    );
  expect(delays(0)).toEqual([50, 100, 200, 2_500, 2_500]);
  expect(delays(1)).toEqual([100, 200, 400, 5_000, 5_000]);
});
