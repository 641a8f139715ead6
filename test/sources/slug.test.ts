import { expect, test } from "vitest";
import { slug } from "../../src/sources/slug.ts";

test.each([
  ["Drop And Execute", "drop_and_execute"],
  ["  (a) -- b!", "a_b"],
  ["Überwachung 2", "überwachung_2"],
  ["…", ""],
])("%j becomes %j", (words, wanted) => expect(slug(words)).toBe(wanted));
