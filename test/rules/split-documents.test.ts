import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ruleFiles } from "../../src/rules/load-rules.ts";
import { splitDocuments } from "../../src/rules/split-documents.ts";
import { parseYamlDocuments } from "../../src/rules/yaml-documents.ts";

const split = (text: string) =>
  splitDocuments({ file: "a.yml", text }).map((each) => [each.line, each.text] as const);

test("Each document comes with the line on which its text begins", () => {
  const text = "\n# about a\nid: a\n...\n\n--- # about b\nid: b\n---\n\n\nid: c\ntext: |\n  ---x\n\n\n";
  expect(split(text)).toEqual([
    [2, "# about a\nid: a\n...\n"],
    [6, "--- # about b\nid: b\n"],
    [11, "id: c\ntext: |\n  ---x\n"],
  ]);
});

test("Directives stay with their document, and line ends of Windows count as one line", () => {
  expect(split("%YAML 1.2\n---\nid: a\n")).toEqual([[1, "%YAML 1.2\n---\nid: a\n"]]);
  expect(split("id: a\r\n---\r\nid: b\r\n")).toEqual([
    [1, "id: a\n"],
    [3, "id: b\n"],
  ]);
});

test("Line ends that a block scalar keeps are kept", () => {
  expect(split("id: a\ntext: |+\n  x\n\n\n---\nid: b\n\n")).toEqual([
    [1, "id: a\ntext: |+\n  x\n\n\n"],
    [7, "id: b\n"],
  ]);
});

test("Empty documents are left out", () => {
  expect(split("---\n---\nid: a\n---\n# nothing\n")).toEqual([[3, "id: a\n"]]);
  expect(split("")).toEqual([]);
  expect(split("# nothing\n")).toEqual([]);
});

test("A file whose YAML is at fault stays whole", () => {
  const text = 'id: a\n---\nid: "b\n---\nid: c\n';
  expect(splitDocuments({ file: "a.yml", text })).toEqual([{ file: "a.yml", text }]);
});

test("Faults in a document of its own stand where they stand in the file", () => {
  const text = "id: a\n---\n# b\nid: b\nx: 1\n";
  const document = splitDocuments({ file: "a.yml", text }).flatMap(parseYamlDocuments)[1]!;
  document.fault(["x"], "unknown-key", "no");
  expect(document.faults).toEqual([
    { code: "unknown-key", file: "a.yml", line: 5, column: 1, message: "x: no" },
  ]);
  expect(document.line).toBe(4);
});

test("Every shipped rule file says the same in parts", () => {
  for (const file of ["rules", "pipelines"].flatMap(ruleFiles)) {
    const whole = { file, text: readFileSync(file, "utf8") };
    const told = (texts: readonly { file: string; text: string }[]) =>
      texts.flatMap(parseYamlDocuments).map(({ value, line }) => ({ value, line }));
    expect(told(splitDocuments(whole))).toEqual(told([whole]).filter(({ value }) => value !== null));
  }
});
