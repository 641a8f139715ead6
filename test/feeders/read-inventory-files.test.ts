import { afterEach, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { readInventoryFiles } from "../../src/feeders/read-inventory-files.ts";
import { Folder } from "../cli/support.ts";

const folder = new Folder();
afterEach(() => folder.remove());

it("Entries are read from YAML and from NDJSON, and get the cluster where they name none", () => {
  const yaml = folder.file(
    "a.yml",
    `- { container_id: 057dc8d712ab, image: "shop/web:1", started_at: 2026-01-05T10:00:00Z, updated_at: 5 }
- { kind: node, name: n1, cluster: us, ips: [192.0.2.10], updated_at: 6 }
`,
  );
  const ndjson = folder.file("b.ndjson", `{"kind":"pod","namespace":"shop","pod":"web-0"}\n\n`);
  expect(readInventoryFiles([yaml, ndjson], "eu")).toEqual([
    {
      kind: "container",
      source: "file",
      learnt: false,
      cluster: "eu",
      container_id: "057dc8d712ab",
      image: "shop/web:1",
      started_at: Date.parse("2026-01-05T10:00:00Z"),
      updated_at: 5,
    },
    {
      kind: "node",
      source: "file",
      learnt: false,
      cluster: "us",
      name: "n1",
      ips: ["192.0.2.10"],
      updated_at: 6,
    },
    {
      kind: "pod",
      source: "file",
      learnt: false,
      cluster: "eu",
      namespace: "shop",
      pod: "web-0",
      updated_at: expect.any(Number),
    },
  ]);
});

it("All faults of all files are told, with their places", () => {
  const files = [
    folder.file("a.ndjson", `{"container_id":"x"}\n{"container_id":5}\n{"image":"y"}\n{`),
    folder.file("b.yml", "- { container_id: x, imagee: y }\n- 5\n"),
    folder.file("c.yml", "a: b\n"),
    "nowhere.yml",
  ];
  let message = "";
  try {
    readInventoryFiles(files, "");
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    message = (error as Error).message;
  }
  const places = message
    .split("\n")
    .map((line) => /(a\.ndjson:\d|b\.yml entry \d|c\.yml|nowhere\.yml)/.exec(line)?.[0]);
  expect(places).toEqual([
    "a.ndjson:4",
    "a.ndjson:2",
    "a.ndjson:3",
    "b.yml entry 1",
    "b.yml entry 2",
    "c.yml",
    "nowhere.yml",
  ]);
});
