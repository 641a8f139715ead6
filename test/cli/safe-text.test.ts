import { expect, test } from "vitest";
import { safeText, shortSafeText } from "../../src/cli/safe-text.ts";

test("Control, ANSI, bidirectional and invisible characters become their escapes", () => {
  expect(safeText("a\u001b[31mb\r\n\u0007\u009b")).toBe("a\\u001b[31mb\\u000d\\u000a\\u0007\\u009b");
  expect(safeText("\u202ecod.exe\u2066\u200f\u061c")).toBe("\\u202ecod.exe\\u2066\\u200f\\u061c");
  expect(safeText("a\u200bb\ufeff\u00ad\u2028\u{e0041}\ud800")).toBe(
    "a\\u200bb\\ufeff\\u00ad\\u2028\\udb40\\udc41\\ud800",
  );
});

test("Letters of all scripts and pictures stay", () => {
  const text = 'Grüße, 你好, עברית, 🐎 \\ "';
  expect(safeText(text)).toBe(text);
});

test("JSON stays JSON of the same meaning", () => {
  const value = { "a\u202e": "b\u0000\u{e0041}\n" };
  const text = safeText(JSON.stringify(value));
  expect(text).toMatch(/^[\u0020-\u007e]*$/);
  expect(JSON.parse(text)).toEqual(value);
});

test("Long text is cut where no character is torn, with its length", () => {
  expect(shortSafeText("abc", 3)).toBe("abc");
  expect(shortSafeText("abcd", 3)).toBe("abc… (4 characters)");
  expect(shortSafeText("ab🐎c", 3)).toBe("ab… (5 characters)");
  expect(shortSafeText("\u001b".repeat(9), 2)).toBe("\\u001b\\u001b… (9 characters)");
});
