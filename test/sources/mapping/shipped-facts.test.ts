/** What shipped mapping files say that events offer is what sources ask with, neither more nor less. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { type Formats, formatsOf } from "../../../src/sources/formats.ts";
import type { TypeTable } from "../../../src/sources/mapping/type-table.ts";
import { recognised } from "../../../src/sources/read-record.ts";
import { samples } from "../samples.ts";

const asked = new Map<string, Set<string>>();
const typesOf = (source: string): TypeTable => ({
  keys: [],
  typeOf: (facts) => {
    const before = asked.get(source) ?? new Set();
    asked.set(source, new Set([...before, ...Object.keys(facts)]));
    return null;
  },
});
const formats: Formats = formatsOf({ typesOf, own: [] });
for (const { value, headers = {} } of samples)
  recognised(JSON.parse(JSON.stringify(value)), { value: null, headers, origin: null }, formats);

test.each([...asked])("%s", (source, facts) => {
  const shipped = readFileSync(new URL(`../../../mappings/${source}.yml`, import.meta.url), "utf8");
  expect(facts).toEqual(new Set((parse(shipped) as { facts: string[] }).facts));
});

test("Each shipped file is one of these", () => {
  const files = "auditd docker falco kubearmor kubernetes-audit ocsf sshd sysdig tetragon tracee".split(" ");
  expect(new Set(asked.keys())).toEqual(new Set(files));
});
