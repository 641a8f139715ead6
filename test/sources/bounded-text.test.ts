import fc from "fast-check";
import { expect, test } from "vitest";
import { boundedText, cutMap } from "../../src/sources/bounded-text.ts";
import { cutKey, maxKeys, maxRecordDepth } from "../../src/sources/limits.ts";
import { parseJson } from "../../src/sources/parse-json.ts";
import { bytes, readOne, reasonOf } from "./support.ts";

const mark = "[cut]";
/** A map of `count` keys that nothing else has. */
const wide = (count: number, prefix = "k") =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, { index }]));
const nested = (value: unknown) => ({ a: { b: { c: value } } });

test("As many different keys as may be stay, one more does not, and its map says so", () => {
  const most = nested(wide(maxKeys - 1, "key"));
  // `index` inside of each is a key too.
  expect(JSON.parse(boundedText(JSON.stringify(most)))).toEqual(most);
  const more = JSON.parse(boundedText(JSON.stringify(nested(wide(maxKeys + 9, "key")))));
  expect(more).toEqual(nested({ ...wide(maxKeys - 1, "key"), [cutKey]: mark }));
});

test("Keys that were there before stay wherever they come again", () => {
  const text = JSON.stringify([nested(wide(3 * maxKeys)), nested({ k0: 1, k1: [{ k2: "}]," }], other: 2 })]);
  expect(JSON.parse(boundedText(text))[1]).toEqual(nested({ k0: 1, k1: [{ k2: "}]," }], [cutKey]: mark }));
});

test("Different keys in many small maps are bounded as those of one", () => {
  const maps = Array.from({ length: 3 * maxKeys }, (_, index) => ({ ["k".repeat(9) + index]: [index] }));
  const bounded = JSON.parse(boundedText(JSON.stringify(nested(maps)))) as typeof maps;
  const { c } = (bounded as unknown as { a: { b: { c: typeof maps } } }).a.b;
  expect(c.slice(0, maxKeys)).toEqual(maps.slice(0, maxKeys));
  expect(cutMap).toEqual({ [cutKey]: mark });
  expect(c.slice(maxKeys)).toEqual(Array(2 * maxKeys).fill(cutMap));
});

test("An event keeps its own fields when what it tells of has too many keys", () => {
  const object = { kind: "ConfigMap", data: wide(20_000) };
  const event = readOne({
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    auditID: "a-1",
    stage: "ResponseComplete",
    verb: "create",
    requestObject: { spec: object },
    user: { username: "ann" },
    objectRef: { resource: "configmaps", namespace: "shop", name: "many" },
    requestReceivedTimestamp: "2026-01-05T10:00:00.000000Z",
  });
  expect(event).toMatchObject({
    id: "a-1:ResponseComplete",
    timestamp: Date.UTC(2026, 0, 5, 10),
    enrichment: { user: "ann", namespace: "shop" },
  });
});

test("Strings, spaces and escapes are no structure", () => {
  const odd = { 'quote" : {': 'a"b\\', "tab\t": "}]", "": [[], {}], "\\": { "\\\\": "\\" } };
  const text = JSON.stringify([odd, nested(wide(2 * maxKeys)), odd], null, 2);
  const [first, , last] = JSON.parse(boundedText(text));
  expect([first, last]).toEqual([odd, odd]);
});

test("A short text stays as it is; what is no JSON before the bound is refused as ever", () => {
  const text = '{"a":1,"b":[{"c":2}]}';
  expect(boundedText(text)).toBe(text);
  const long = JSON.stringify(wide(2 * maxKeys));
  for (const broken of [long.slice(0, -1), `${long}}`, `{"a" 1,${long.slice(1)}`, `[${long}`])
    expect(() => parseJson(bytes(broken))).toThrow("value must be JSON");
});

test("Depth beyond the bound is refused before it is built, in strings it is none", () => {
  const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const padding = `"${"[".repeat(20_000)}"`;
  expect(JSON.parse(boundedText(`[${padding},${deep(maxRecordDepth - 1)}]`))).toHaveLength(2);
  for (const text of [`[${padding},${deep(maxRecordDepth)}]`, "[".repeat(500_000), '{"a":'.repeat(200_000)])
    expect(reasonOf(() => boundedText(text))).toBe("too-deep");
});

test("Any JSON among too many keys is bounded to the same JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(2), (value, indent) => {
      const text = JSON.stringify([value, nested(wide(2 * maxKeys))], null, indent);
      expect(JSON.parse(boundedText(text))[0]).toEqual(JSON.parse(text)[0]);
    }),
    { numRuns: 50 },
  );
});
