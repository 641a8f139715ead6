/** Two texts as a unified diff: hunks of changed lines with three lines around them. */

export interface DiffSide {
  /** Stands in the head of the diff. */
  readonly name: string;
  readonly text: string;
  /** Number of the text's first line; default: 1. */
  readonly line?: number;
}

type Edit = { readonly sign: " " | "-" | "+"; readonly text: string };

const around = 3;
/** Beyond so many pairs of lines what differs is told as one hunk: texts of thousands of lines that have little in common. */
const maxPairs = 4_000_000;

/** Empty where the texts are the same. */
export function lineDiff(before: DiffSide, after: DiffSide): readonly string[] {
  const edits = editsOf(linesOf(before.text), linesOf(after.text));
  const hunks = hunksOf(edits);
  if (hunks.length === 0) return [];
  return [
    `--- ${before.name}`,
    `+++ ${after.name}`,
    ...hunks.flatMap(([from, to]) => [
      headOf(edits, from, to, before.line ?? 1, after.line ?? 1),
      ...edits.slice(from, to).map(({ sign, text }) => `${sign}${text}`),
    ]),
  ];
}

function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function editsOf(a: readonly string[], b: readonly string[]): readonly Edit[] {
  const [most, equal] = [Math.min(a.length, b.length), (i: number, j: number) => a[i] === b[j]];
  let head = 0;
  while (head < most && equal(head, head)) head += 1;
  let tail = 0;
  while (tail < most - head && equal(a.length - 1 - tail, b.length - 1 - tail)) tail += 1;
  const same = (lines: readonly string[]): readonly Edit[] => lines.map((text) => ({ sign: " ", text }));
  return [
    ...same(a.slice(0, head)),
    ...between(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ];
}

/** By a longest common subsequence. */
function between(a: readonly string[], b: readonly string[]): readonly Edit[] {
  const removed = (text: string): Edit => ({ sign: "-", text });
  const added = (text: string): Edit => ({ sign: "+", text });
  if (a.length * b.length > maxPairs) return [...a.map(removed), ...b.map(added)];
  const common = commonLengths(a, b);
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      edits.push({ sign: " ", text: a[i]! });
      i += 1;
      j += 1;
    } else if (common[i + 1]![j]! >= common[i]![j + 1]!) edits.push(removed(a[i++]!));
    else edits.push(added(b[j++]!));
  }
  return [...edits, ...a.slice(i).map(removed), ...b.slice(j).map(added)];
}

/** Of the ends of both that begin at each pair of lines. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly Uint16Array[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i]![j] =
        a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}

/** Ranges of edits. */
function hunksOf(edits: readonly Edit[]): readonly (readonly [number, number])[] {
  const hunks: [number, number][] = [];
  for (const [index, { sign }] of edits.entries()) {
    if (sign === " ") continue;
    const [from, to] = [Math.max(0, index - around), Math.min(edits.length, index + around + 1)];
    const last = hunks.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else hunks.push([from, to]);
  }
  return hunks;
}

function headOf(edits: readonly Edit[], from: number, to: number, before: number, after: number): string {
  const count = (part: readonly Edit[], other: Edit["sign"]): number =>
    part.filter(({ sign }) => sign !== other).length;
  const side = (first: number, other: Edit["sign"]): string => {
    const [ahead, lines] = [count(edits.slice(0, from), other), count(edits.slice(from, to), other)];
    return `${first + ahead - (lines === 0 ? 1 : 0)},${lines}`;
  };
  return `@@ -${side(before, "+")} +${side(after, "-")} @@`;
}
