import fc from "fast-check";
import { parse as parseLossless, stringify } from "lossless-json";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../src/sources/parse-json.ts";
import { bytes, reasonOf } from "./support.ts";

describe("parseJson", () => {
  it("keeps the digits of an integer that a double cannot hold, as text", () => {
    expect(parseJson(bytes('{"evt.time":1685022245478445995, "min":-9223372036854775808}'))).toEqual({
      "evt.time": "1685022245478445995",
      min: "-9223372036854775808",
    });
  });

  it("leaves safe integers, fractions and exponents numbers", () => {
    expect(
      parseJson(bytes("[1685022245478445,0.12345678901234567,1234567890123456789.5,1234567890123456789e2]")),
    ).toEqual([1685022245478445, expect.closeTo(0.123456789), expect.any(Number), expect.any(Number)]);
  });

  it("does not touch digits inside strings, whatever they contain", () => {
    const value = {
      output: 'a":1685022245478445995,"b\\',
      "k:1685022245478445995,": "[1685022245478445995]",
    };
    expect(parseJson(bytes(value))).toEqual(value);
  });

  it("reads any JSON as a parser that keeps every digit does", () => {
    const number = fc.oneof(
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    );
    const leaf = fc.oneof(
      number,
      fc.string(),
      fc.constant('\\"1234567890123456789,'),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie("tree")),
        fc.array(fc.tuple(fc.string(), tie("tree"))).map((pairs) => Object.fromEntries(pairs)),
      ),
    }));
    const expected = (text: string) =>
      parseLossless(text, null, {
        parseNumber: (digits) =>
          /^-?\d{16,}$/.test(digits) && !Number.isSafeInteger(Number(digits)) ? digits : Number(digits),
      });
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 1), (value, space) => {
        fc.pre(!JSON.stringify(value, (_, v) => (typeof v === "bigint" ? 0 : v)).includes("__proto__"));
        const text = stringify(value, null, space)!;
        expect(parseJson(bytes(text))).toEqual(expected(text));
      }),
    );
  });

  it("does not make JSON of what is none", () => {
    for (const text of [
      "{1234567890123456789:1}",
      "{1234567890123456789}",
      "[-01234567890123456789]",
      '"',
      "{",
      "\\",
    ]) {
      expect(reasonOf(() => parseJson(bytes(text)))).toBe("not-json");
    }
  });

  it("takes time in proportion to the text, however many digits and backslashes it has", () => {
    const digits = `[${"1234567890123456789,".repeat(50_000)}1]`;
    const backslashes = `["${"\\\\".repeat(400_000)}",1234567890123456789]`;
    const started = performance.now();
    parseJson(bytes(digits));
    parseJson(bytes(backslashes));
    expect(reasonOf(() => parseJson(bytes(`${"9".repeat(1_000_000)}x`)))).toBe("not-json");
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
