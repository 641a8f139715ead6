import { expect, test } from "vitest";
import { found, ruleOf } from "./support.ts";

const code = "match-all-regex";
const pattern = (text: string) => ruleOf([`{ type: pattern_match, field: file, pattern: '${text}' }`]);

test.each([".*", ".+", "^.*$", "x?", "(?i)a*|b", "[\\s\\S]"])("%s is found in every text", (text) => {
  expect(found(code, pattern(text))).toEqual([
    `4:50 conditions.0.pattern: "${text}" is found in every text; "field|exists: true" asks for the field alone`,
  ]);
});

test.each(["^$", "a.*", "[0-9]+", "/etc/"])("%s is not", (text) => {
  expect(found(code, pattern(text))).toEqual([]);
});

test("In a where as well, at the place of the value", () => {
  const text = ruleOf(["{ type: event_count, where: { type: a, 'file|re': ['^/etc', '.*'] } }"]);
  expect(found(code, text)).toHaveLength(1);
  expect(found(code, text)[0]).toMatch(/^4:65 conditions\.0\.where\.file\|re\.1: /);
});
