/** Two sorted lists of lines against each other, each line as often as it is there. */
export interface Difference {
  readonly lost: readonly string[];
  readonly surplus: readonly string[];
}

export function compareLines(expected: readonly string[], said: readonly string[]): Difference {
  return { lost: without(expected, said), surplus: without(said, expected) };
}

export function isEqual({ lost, surplus }: Difference): boolean {
  return lost.length + surplus.length === 0;
}

function without(list: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1);
  return list.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}
