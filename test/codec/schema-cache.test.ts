import { describe, expect, it } from "vitest";
import { schemaCache } from "../../src/codec/schema-cache.ts";
import { InvalidMessage, TransientError } from "../../src/errors.ts";

/** A registry that answers by `answers`, in turn, and counts the questions. */
function registry(...answers: readonly (string | Error)[]) {
  const asked: number[] = [];
  return {
    asked,
    load: async (id: number): Promise<string> => {
      const answer = answers[asked.push(id) - 1] ?? new Error("asked too often");
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

describe("schemaCache", () => {
  it("asks once for records that wait together, then answers at once", async () => {
    const { load, asked } = registry("reader");
    const cache = schemaCache({ load });
    expect(await Promise.all([cache.get(1), cache.get(1), cache.get(1)])).toEqual([
      "reader",
      "reader",
      "reader",
    ]);
    expect(cache.get(1)).toBe("reader");
    expect(asked).toEqual([1]);
  });

  it("answers what it knows from the start", () => {
    expect(schemaCache({ ...registry(), known: new Map([[5, "own"]]) }).get(5)).toBe("own");
  });

  it("remembers an unreadable id for a while and then asks again", async () => {
    let now = 0;
    const { load, asked } = registry(new InvalidMessage("unknown-schema", "404"), "late");
    const cache = schemaCache({ load, now: () => now, forgetAfter: 100 });
    await expect(cache.get(9)).rejects.toThrow(InvalidMessage);
    now = 99;
    expect(() => cache.get(9)).toThrow(InvalidMessage);
    now = 100;
    expect(await cache.get(9)).toBe("late");
    expect(asked).toEqual([9, 9]);
  });

  it("does not remember an outage", async () => {
    const cache = schemaCache(registry(new TransientError("away"), "back"));
    await expect(cache.get(1)).rejects.toThrow(TransientError);
    expect(await cache.get(1)).toBe("back");
  });
});
