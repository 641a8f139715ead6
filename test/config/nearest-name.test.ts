import { expect, it } from "vitest";
import { nearestName } from "../../src/config/nearest-name.ts";

const known = ["kafka.brokers", "redis.url", "role", "rules"];

it("finds the name a slip of the hand meant", () => {
  expect(nearestName("kafka.broker", known)).toBe("kafka.brokers");
  expect(nearestName("reids.url", known)).toBe("redis.url");
  expect(nearestName("Rules", known)).toBe("rules");
});

it("suggests nothing when nothing is near", () => {
  expect(nearestName("postgres", known)).toBeNull();
});
