import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { loadFormats } from "../../src/sources/load-formats.ts";

const { sources, lines } = loadFormats();

test.each([...sources, ...lines].map(({ name }) => name))("the source %s has a file of its name", (name) => {
  const file = `../../src/sources/${name.replaceAll("_", "-")}.ts`;
  expect(existsSync(new URL(file, import.meta.url))).toBe(true);
});
