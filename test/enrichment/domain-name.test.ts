import { expect, test } from "vitest";
import { domainName } from "../../src/enrichment/domain-name.ts";

const label = "a".repeat(63);

test.each([
  ["bad.example", "bad.example"],
  ["BAD.Example.", "bad.example"],
  ["bad.example:8443", "bad.example"],
  ["_dmarc.x-1.example", "_dmarc.x-1.example"],
  ["1.2.3.4.example", "1.2.3.4.example"],
  ["bücher.example", "xn--bcher-kva.example"],
  [`${label}.example`, `${label}.example`],
  ["1.2.3.4", null],
  ["a.42", null],
  ["example", null],
  ["a..example", null],
  [".example", null],
  ["a b.example", null],
  ["bad.example:http", null],
  ["fd00::1", null],
  [`${label}a.example`, null],
  [`${"a.".repeat(130)}example`, null],
  ["", null],
])("%s is %s", (text, name) => {
  expect(domainName(text)).toBe(name);
});
