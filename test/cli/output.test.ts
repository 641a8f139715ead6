import { expect, test } from "vitest";
import { eventLine, painter } from "../../src/cli/demo-lines.ts";
import { outputTo, painted } from "../../src/cli/output.ts";
import { table } from "../../src/cli/table.ts";
import { makeEvent } from "../events/make-event.ts";

const attack = "\u001b[8mhidden\u001b]0;title\u0007 \u202egpj.sh\u009b1A";
const escaped = "\\u001b[8mhidden\\u001b]0;title\\u0007 \\u202egpj.sh\\u009b1A";

function capture(colour: boolean) {
  const out: string[] = [];
  const err: string[] = [];
  const output = outputTo({ write: (text) => out.push(text) }, { write: (text) => err.push(text) }, colour);
  return { output, out, err };
}

test.each([true, false])("Text of events cannot steer a terminal, coloured: %s", (colour) => {
  const { output, out, err } = capture(colour);
  output.result(attack);
  output.note(attack);
  expect([out, err]).toEqual([[`${escaped}\n`], [`${escaped}\n`]]);
});

test("Colours are the program's own", () => {
  const event = makeEvent({ rule: attack }, { type: "a\u001b[1m", container_id: "c\u001b[5m" });
  const { output, out } = capture(true);
  painted(output)(eventLine(event, painter(true)));
  expect(out[0]).toContain(escaped.slice(0, 30));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are control characters
  expect(new Set(out[0]!.match(/\u001b\[\d+m/g))).toEqual(new Set(["\u001b[2m", "\u001b[22m"]));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: nothing but colours
  expect(out[0]!.replaceAll(/\u001b\[\d+m/g, "").trimEnd()).not.toMatch(/[\p{Cc}\u202e]/u);
  const plain = capture(false);
  painted(plain.output)("\u001b[2mdim");
  expect(plain.out).toEqual(["\\u001b[2mdim\n"]);
});

test("A cell of a table stays on its line", () => {
  expect(table(["a"], [["one\nalert\u001b[2J"]])).toBe("a\none\\u000aalert\\u001b[2J");
});
