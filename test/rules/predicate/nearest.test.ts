import { describe, expect, it } from "vitest";
import { nearest } from "../../../src/rules/predicate/nearest.ts";

describe("nearest()", () => {
  const known = ["contains", "startswith", "endswith", "re", "cidr"];

  it.each([
    ["contain", "contains"],
    ["conatins", "contains"],
    ["startwith", "startswith"],
    ["Cidr", "cidr"],
    ["ends", "endswith"],
    ["rr", "re"],
  ])("takes %s for %s", (word, meant) => expect(nearest(word, known)).toBe(meant));

  it("has no guess for what is far from all", () => {
    expect(nearest("banana", known)).toBeUndefined();
    expect(nearest("", known)).toBeUndefined();
    expect(nearest("x", [])).toBeUndefined();
  });
});
