import fc from "fast-check";
import { expect, test } from "vitest";
import { NameFilter } from "../../src/enrichment/name-filter.ts";

const label = fc.stringMatching(/^[a-z0-9-]{1,8}$/);
const domain = fc.array(label, { minLength: 2, maxLength: 6 }).map((labels) => labels.join("."));

test("Every name that was put in is found in itself and in all below it, the longest first", () => {
  fc.assert(
    fc.property(
      fc.array(domain, { minLength: 1, maxLength: 20 }),
      fc.array(label, { maxLength: 3 }),
      (names, below) => {
        const filter = new NameFilter();
        for (const name of names) filter.add(name);
        for (const name of names) {
          const under = [...below, name].join(".");
          const starts = filter.startsIn(under);
          expect(starts).toContain(under.length - name.length);
          expect(starts).toEqual([...starts].sort((a, b) => a - b));
          for (const start of starts) expect(start === 0 || under[start - 1] === ".").toBe(true);
        }
      },
    ),
  );
});

test("What was not put in is mostly not found, and a last label alone never", () => {
  const filter = new NameFilter();
  filter.add("example");
  expect(filter.startsIn("a.example")).toEqual([]);
  for (let n = 0; n < 10_000; n += 1) filter.add(`listed-${n}.example`);
  const found = Array.from({ length: 10_000 }, (_, n) => filter.startsIn(`other-${n}.test`)).flat();
  expect(found.length).toBeLessThan(200);
});
