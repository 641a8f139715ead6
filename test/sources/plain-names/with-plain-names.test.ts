import { expect, test } from "vitest";
import type { JsonMap } from "../../../src/events/security-event.ts";
import { withPlainNames } from "../../../src/sources/plain-names/with-plain-names.ts";

test("plain names come first, then what the producer said", () => {
  const details = withPlainNames({ raw: 1, pid: "7" }, { pid: 7, file: "/etc/passwd" });
  expect(Object.entries(details)).toEqual([
    ["pid", 7],
    ["file", "/etc/passwd"],
    ["raw", 1],
  ]);
});

test("a producer's map under a plain name keeps its fields", () => {
  const said = { user: { name: "bob", id: 5 }, file: { path: "/a" } };
  expect(withPlainNames(said, { user: "bob", "user.name": "Bob" })).toEqual({
    user: "bob",
    "user.name": "Bob",
    "user.id": 5,
    file: { path: "/a" },
  });
});

test("a key of any name is a key like others", () => {
  const said = JSON.parse('{"__proto__":{"polluted":true}}') as JsonMap;
  const details = withPlainNames(said, { pid: 7 });
  expect(Object.keys(details)).toEqual(["pid", "__proto__"]);
  expect(details.polluted).toBeUndefined();
});
