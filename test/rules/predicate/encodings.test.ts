import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Encoding, encode } from "../../../src/rules/predicate/encodings.ts";
import { anyText, literalOf, parsePattern } from "../../../src/rules/predicate/wildcard.ts";

function encoded(text: string, ...chain: Encoding[]): unknown {
  const forms = encode(parsePattern(text), chain);
  return "fault" in forms ? forms.fault : forms.map((form) => literalOf(form) ?? form);
}

describe("encode()", () => {
  it("gives base64 of the whole value", () => {
    expect(encoded("/bin/sh", "base64")).toEqual(["L2Jpbi9zaA=="]);
    expect(encoded("é", "base64")).toEqual(["w6k="]);
    expect(encoded("a\\*", "base64")).toEqual(["YSo="]);
    expect(encoded("a*", "base64")).toContain("wildcards");
  });

  it("gives what base64 looks like at each of the three offsets", () => {
    // The example of the Sigma appendix.
    expect(encoded("foobar", "base64offset")).toEqual(["Zm9vYmFy", "Zvb2Jhc", "mb29iYX"]);
    expect(encoded("a", "base64offset")).toContain("too short");
  });

  it("is found in base64 of any text around it", () => {
    const ascii = fc.string({ unit: fc.constantFrom("a", "b", "z", "-", " "), minLength: 2 });
    fc.assert(
      fc.property(ascii, fc.string(), fc.string(), (needle, before, after) => {
        const whole = Buffer.from(before + needle + after).toString("base64");
        expect((encoded(needle, "base64offset") as string[]).some((form) => whole.includes(form))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("gives UTF-16 in both orders, with a mark where asked", () => {
    expect(encoded("IEX", "wide")).toEqual(["I\0E\0X\0"]);
    expect(encoded("IEX", "utf16be")).toEqual(["\0I\0E\0X"]);
    expect(encoded("cmd", "utf16", "base64")).toEqual([
      Buffer.from("\ufeffcmd", "utf16le").toString("base64"),
    ]);
    expect(encoded("é", "utf16le", "base64")).toEqual([Buffer.from("é", "utf16le").toString("base64")]);
    expect(encoded("é", "wide")).toContain("base64");
    expect(encoded("a*", "wide")).toEqual([["a\0", anyText]]);
  });

  it("finds PowerShell's encoded commands", () => {
    const command = Buffer.from("x; IEX $x", "utf16le").toString("base64");
    expect((encoded("IEX", "wide", "base64offset") as string[]).some((form) => command.includes(form))).toBe(
      true,
    );
  });

  it("gives each way of writing a dash before a word", () => {
    expect(encoded(" -enc ", "windash")).toEqual([" -enc ", " /enc ", " –enc ", " —enc ", " ―enc "]);
    expect(encoded("/a b-c -- d", "windash")).toHaveLength(5);
    expect(encoded("-a -b", "windash")).toHaveLength(25);
    expect(encoded("a-b", "windash")).toEqual(["a-b"]);
    expect(encoded("-a -b -c -d -e -f", "windash")).toContain("up to 5");
  });

  it("writes dashes before anything else, whatever the order", () => {
    expect(encoded("-a", "base64", "windash")).toEqual(encoded("-a", "windash", "base64"));
  });
});
