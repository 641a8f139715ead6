import fc from "fast-check";
import { expect, test } from "vitest";
import { OldestFirst } from "../src/oldest-first.ts";

const step = fc.oneof(
  fc.record({ do: fc.constant("set" as const), key: fc.nat(8) }),
  fc.record({ do: fc.constant("delete" as const), key: fc.nat(8) }),
  fc.record({ do: fc.constant("take" as const), key: fc.constant(0) }),
);

test("takes what a list would, whatever is set and deleted in between", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const subject = new OldestFirst<number, number>();
      let model: (readonly [number, number])[] = [];
      for (const [index, { do: what, key }] of steps.entries()) {
        const others = model.filter(([each]) => each !== key);
        if (what === "set") {
          subject.set(key, index);
          model = [...others, [key, index]];
        } else if (what === "delete") {
          expect(subject.delete(key)).toBe(others.length < model.length);
          model = others;
        } else expect(subject.take()).toEqual(model.shift());
        expect(subject.size).toBe(model.length);
        expect(subject.has(key)).toBe(model.some(([each]) => each === key));
        expect(subject.get(key)).toBe(model.find(([each]) => each === key)?.[1]);
      }
    }),
    { numRuns: 2_000 },
  );
});
