import fc from "fast-check";
import { expect, test } from "vitest";
import { boundedText, cutMap } from "../../src/sources/bounded-text.ts";
import { cutKey, maxContainers, maxKeys, maxListItems, maxRecordDepth } from "../../src/sources/limits.ts";
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
  const maps = Array.from({ length: maxKeys / 8 }, (_, map) =>
    Object.fromEntries(Array.from({ length: 8 }, (_value, key) => [`a${map * 8 + key}`, [map]])),
  );
  const bounded = JSON.parse(boundedText(JSON.stringify(nested([maps, maps[0], { last: 1 }]))));
  const said = nested([maps, maps[0], cutMap]);
  expect(cutMap).toEqual({ [cutKey]: mark });
  expect(bounded).toEqual(said);
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

test("Of a list that is too long the first items stay, however deep it lies, and a text that says how many there were", () => {
  const items = Array.from({ length: 9_000 }, (_, index) => ({ a: index, b: [",", "]"] }));
  const cut = [...items.slice(0, maxListItems), "[cut from 9000 items]"];
  expect(JSON.parse(boundedText(JSON.stringify(items)))).toEqual(cut);
  const around = { before: [1], list: items, after: [items.slice(0, maxListItems)] };
  expect(JSON.parse(boundedText(JSON.stringify(around, null, 1)))).toEqual({ ...around, list: cut });
  expect(() => parseJson(bytes(JSON.stringify(items).slice(0, -1)))).toThrow("value must be JSON");
});

test("Maps and lists beyond the bound go where they lie within events, each for a text that says so", () => {
  const lists = Array.from({ length: 900 }, () => Array.from({ length: 80 }, () => []));
  const bounded = JSON.parse(boundedText(JSON.stringify([{ a: { b: lists } }, { a: { b: [{}], c: 1 } }])));
  const kept = bounded[0].a.b.flat().filter((item: unknown) => typeof item === "object");
  // The records' list, the event, the two maps to the lists, and those of the lists that hold kept ones.
  const around = 4 + bounded[0].a.b.filter((item: unknown) => typeof item === "object").length;
  expect(kept.length + around).toBe(maxContainers);
  expect(new Set(bounded[0].a.b.flat().filter((item: unknown) => typeof item === "string"))).toEqual(
    new Set([mark]),
  );
  expect(bounded[1]).toEqual({ a: { b: mark, c: 1 } });
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
