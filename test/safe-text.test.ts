import fc from "fast-check";
import { expect, test } from "vitest";
import { safeLine, safeText, shortSafeText } from "../src/safe-text.ts";

test("Control, directional and unseen characters are escaped, all else stays", () => {
  expect(safeText("\u001b[31mred\u0007 \u009b2J \u007f")).toBe("\\u001b[31mred\\u0007 \\u009b2J \\u007f");
  expect(safeText("txt.\u202efdp.exe \u2066a\u2069 z\u200bw\ufeff")).toBe(
    "txt.\\u202efdp.exe \\u2066a\\u2069 z\\u200bw\\ufeff",
  );
  expect(safeText("tag \u{e0041}, alone \ud83d")).toBe("tag \\udb40\\udc41, alone \\ud83d");
  expect(safeText("a\r\nb\tc")).toBe("a\\u000d\nb\tc");
  expect(safeLine("a\nb\tc")).toBe("a\\u000ab\\u0009c");
  expect(safeText("naïve 日本 🙂 עברית")).toBe("naïve 日本 🙂 עברית");
});

test("What is safe stays as it is, and JSON says the same", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const safe = safeText(text);
      expect(safeText(safe)).toBe(safe);
      expect(JSON.parse(safeText(JSON.stringify({ [text]: text })))).toEqual({ [text]: text });
      expect(safeLine(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

test("Long text is cut where no character is torn, with its length", () => {
  expect(shortSafeText("abc", 3)).toBe("abc");
  expect(shortSafeText("abcd", 3)).toBe("abc… (4 characters)");
  expect(shortSafeText("ab🐎c", 3)).toBe("ab… (5 characters)");
  expect(shortSafeText("\u001b".repeat(9), 2)).toBe("\\u001b\\u001b… (9 characters)");
});
