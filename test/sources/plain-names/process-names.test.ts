import { expect, test } from "vitest";
import { baseName, processNames } from "../../../src/sources/plain-names/process-names.ts";

test.each([
  ["/usr/bin/curl", "curl"],
  ["curl", "curl"],
  ["/usr/bin/", "/usr/bin/"],
  ["/", "/"],
  [null, null],
])("the last part of %j is %j", (path, name) => expect(baseName(path)).toBe(name));

test("a process without a name of its own has its file's, and what is unknown is left out", () => {
  expect(processNames({ binary: "/bin/sh", pid: 7, parentBinary: "/sbin/init" })).toEqual({
    process_name: "sh",
    binary: "/bin/sh",
    exe: "/bin/sh",
    pid: 7,
    parent_process_name: "init",
    parent_exe: "/sbin/init",
  });
  expect(processNames({ name: "bash", binary: "/bin/sh" }).process_name).toBe("bash");
});
