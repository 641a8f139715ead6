import { describe, expect, test } from "vitest";
import { Alignment, type AlignmentState } from "../../src/app/alignment.ts";

function state(partition: number, time: number | null, recordsRead: number, atEnd = false): AlignmentState {
  return { partition, time, recordsRead, atEnd };
}

function waiting(alignment: Alignment, ...states: readonly AlignmentState[]): readonly number[] {
  return [...alignment.waiting(states)];
}

describe("Raw partitions of one process", () => {
  test("one waits once it is ahead by time and has read more than its share since", () => {
    const alignment = new Alignment(30, 100);
    expect(waiting(alignment, state(0, 0, 10), state(1, 31, 500))).toEqual([]);
    expect(waiting(alignment, state(0, 0, 10), state(1, 90, 600))).toEqual([]);
    expect(waiting(alignment, state(0, 0, 10), state(1, 91, 601))).toEqual([1]);
  });

  test("it goes on when the slowest has come near, and begins to count anew", () => {
    const alignment = new Alignment(30, 100);
    waiting(alignment, state(0, 0, 10), state(1, 90, 0));
    expect(waiting(alignment, state(0, 0, 10), state(1, 90, 101))).toEqual([1]);
    expect(waiting(alignment, state(0, 60, 20), state(1, 90, 101))).toEqual([]);
    expect(waiting(alignment, state(0, 61, 21), state(1, 150, 150))).toEqual([]);
    expect(waiting(alignment, state(0, 61, 21), state(1, 190, 251))).toEqual([1]);
  });

  test("none waits for one that stands at its end, nor for one that has read nothing", () => {
    const alignment = new Alignment(30, 0);
    const far = (read: number) => state(1, 1_000, read);
    waiting(alignment, state(0, 0, 10, true), far(1));
    expect(waiting(alignment, state(0, 0, 10, true), far(2))).toEqual([]);
    expect(waiting(alignment, state(0, null, 0), far(3))).toEqual([]);
  });

  test("the slowest itself never waits", () => {
    const alignment = new Alignment(0, 0);
    const states = (read: number) => [state(0, 5, read), state(1, 7, read), state(2, 9, read)];
    waiting(alignment, ...states(1));
    expect(waiting(alignment, ...states(2))).toEqual([1, 2]);
    expect(waiting(alignment)).toEqual([]);
  });
});
