import { expect, test } from "vitest";
import { bothNames } from "../../../src/sources/plain-names/both-names.ts";
import { samples } from "../samples.ts";
import { readOne } from "../support.ts";

const draft = (details: Record<string, string | number>) => ({
  id: "1",
  timestamp: 0,
  container_id: null,
  type: "a",
  severity: "info" as const,
  source: "s",
  details,
  enrichment: {},
});
const of = (details: Record<string, string | number>) => bothNames(draft(details)).details;

test("Whichever name of the executable and the command line an event has, it has the other", () => {
  expect(of({ exe: "/bin/sh" })).toEqual({ exe: "/bin/sh", binary: "/bin/sh" });
  expect(of({ binary: "/bin/sh" })).toEqual({ exe: "/bin/sh", binary: "/bin/sh" });
  expect(of({ command_line: "sh -i" })).toEqual({ command_line: "sh -i", cmdline: "sh -i" });
  expect(of({ cmdline: "sh -i" })).toEqual({ command_line: "sh -i", cmdline: "sh -i" });
});

test("Nothing takes the place of what a producer said, and nothing is made of what is no text", () => {
  for (const details of [{ exe: "/a", binary: "/b" }, { binary: 7 }, {}])
    expect(of(details)).toEqual(details);
});

test("A native event says a command under either name, too", () => {
  const native = samples.find(({ as }) => as === "native")!.value;
  expect(readOne({ ...native, cmdline: "sh -i" }).details.command_line).toBe("sh -i");
});
