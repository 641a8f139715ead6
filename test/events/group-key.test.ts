import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeGroupKey } from "../../src/events/decode-group-key.ts";
import { compileGroup, compileNamedGroup, dimensionOf, primaryKey } from "../../src/events/group-key.ts";
import type { JsonMap, SecurityEvent } from "../../src/events/security-event.ts";
import { makeEvent } from "./make-event.ts";

function groupOf(groupBy: string[], details: JsonMap, rest?: Partial<SecurityEvent>) {
  return compileGroup(groupBy).of(makeEvent(details, rest));
}
const wordValue = (word: string, enrichment: JsonMap, details: JsonMap = {}) =>
  groupOf([word], details, { enrichment })?.values[word];

describe("compileGroup()", () => {
  it("compares containers by the first twelve hex digits", () => {
    const long = "containerd://057dc8d712abf96c628c82ea111d53a057dc8d712abf96c628c82ea111d53a0";
    expect(groupOf(["container"], {}, { container_id: long })).toEqual({
      key: "container=057dc8d712ab",
      values: { container: "057dc8d712ab" },
    });
    expect(groupOf(["container"], {}, { container_id: "" })).toBeUndefined();
    expect(groupOf(["container"], {}, { container_id: "<NA>" })).toBeUndefined();
    expect(wordValue("container", { container_id: "c1" }, { container_id: "c2" })).toBe("c1");
    expect(wordValue("container", {}, { container_id: "c2" })).toBe("c2");
  });

  it("names pods and workloads by all their parts or not at all", () => {
    expect(wordValue("pod", { namespace: "shop", pod: "web-1" })).toBe("shop/web-1");
    expect(wordValue("pod", { pod: "web-1" })).toBeUndefined();
    expect(wordValue("workload", { namespace: "shop", workload_kind: "Deployment", workload: "web" })).toBe(
      "shop/Deployment/web",
    );
    expect(wordValue("workload", { namespace: "shop", workload: "web" })).toBeUndefined();
  });

  it("prefixes by the cluster where it is known", () => {
    const enrichment = { cluster: "eu", namespace: "shop", pod: "web-1", node: "n1", user: "ann" };
    expect(wordValue("namespace", enrichment)).toBe("eu/shop");
    expect(wordValue("node", enrichment)).toBe("eu/n1");
    expect(wordValue("pod", enrichment)).toBe("eu/shop/web-1");
    expect(wordValue("user", enrichment)).toBe("ann");
    expect(wordValue("namespace", {}, { cluster: "eu", namespace: "shop" })).toBe("shop");
  });

  it("keeps joined names apart", () => {
    expect(wordValue("namespace", { namespace: "eu/shop" })).not.toBe(
      wordValue("namespace", { cluster: "eu", namespace: "shop" }),
    );
    expect(wordValue("process", { exec_id: "c1:7" })).not.toBe(
      wordValue("process", { container_id: "c1", pid: 7 }),
    );
  });

  it("names an image by its digest, a process by its exec id or by container and pid", () => {
    expect(wordValue("image", { image: "nginx:1" }, { image_digest: "sha256:ab" })).toBe("sha256:ab");
    expect(wordValue("image", { image: "nginx:1" })).toBe("nginx:1");
    expect(wordValue("process", { exec_id: "dGV0" }, { pid: 7 })).toBe("dGV0");
    expect(groupOf(["process"], { pid: 7 }, { container_id: "c1" })?.values).toEqual({ process: "c1:7" });
    expect(wordValue("process", {}, { pid: 7 })).toBeUndefined();
  });

  it("groups by field paths, numbers like their text, lists of one like their element", () => {
    const keys = [{ port: 22 }, { port: "22" }, { port: [22] }].map(
      (details) => groupOf(["port"], details)?.key,
    );
    expect(keys).toEqual(["port=22", "port=22", "port=22"]);
    expect(groupOf(["port"], { port: [22, 23] })).toBeUndefined();
    expect(groupOf(["port"], { port: { a: 1 } })).toBeUndefined();
    expect(groupOf(["user"], { user: "Ann" })?.key).not.toBe(groupOf(["user"], { user: "ann" })?.key);
  });

  it("groups by a list in the order written, if all are there", () => {
    const group = compileGroup(["user", "details.src.host"]);
    expect(group.dimension).toBe("user&details.src.host");
    expect(group.of(makeEvent({ user: "ann", src: { host: "h1" } }))).toEqual({
      key: "user=ann&details.src.host=h1",
      values: { user: "ann", "details.src.host": "h1" },
    });
    expect(group.of(makeEvent({ user: "ann" }))).toBeUndefined();
  });

  it("knows one global group", () => {
    expect(groupOf([], {})).toEqual({ key: "*", values: {} });
    expect(compileGroup([]).dimension).toBe("*");
    expect(dimensionOf("*")).toBe("*");
  });

  it("escapes what separates and what cannot be read", () => {
    expect(groupOf(["user"], { user: "a=b&c%\n\ud800é" })?.key).toBe("user=a%3Db%26c%25%0A%uD800é");
    expect(compileGroup(["a&b=c"]).dimension).toBe("a%26b%3Dc");
    expect(compileGroup(["*"]).dimension).not.toBe(compileGroup([]).dimension);
    expect(compileGroup(["event"]).dimension).not.toBe(dimensionOf(primaryKey(makeEvent())));
  });

  it("keeps a field of any name in values", () => {
    const details = JSON.parse('{"__proto__":"x","a":"y"}');
    expect(Object.entries(groupOf(["__proto__"], details)?.values ?? {})).toEqual([["__proto__", "x"]]);
    expect(Object.entries(groupOf(["__proto__", "a"], details)?.values ?? {})).toHaveLength(2);
  });

  const name = fc.string({
    unit: fc.constantFrom("a", "=", "&", "%", "*", ".", "2", "6"),
    minLength: 1,
    maxLength: 4,
  });
  const value = fc.string({
    unit: fc.oneof(
      fc.constantFrom("a", "=", "&", "%", "3", "D", "\n", "\ud800", "\udc00", "é"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 5,
  });
  const grouping = fc.uniqueArray(fc.tuple(name, value), {
    selector: ([key]) => key,
    minLength: 1,
    maxLength: 3,
  });

  it("gives two groups two keys, also once they are UTF-8, and each key its dimension", () => {
    const keyOf = (pairs: [string, string][]) => {
      // Literal keys inside details, whatever dots they hold.
      const group = compileGroup(pairs.map(([key]) => `details.${key}`));
      const key = group.of(makeEvent(Object.fromEntries(pairs)))?.key as string;
      expect(dimensionOf(key)).toBe(group.dimension);
      return Buffer.from(key).toString("hex");
    };
    fc.assert(
      fc.property(grouping, grouping, (left, right) => {
        fc.pre(!left.concat(right).some(([, text]) => text === "<NA>"));
        expect(keyOf(left) === keyOf(right)).toBe(JSON.stringify(left) === JSON.stringify(right));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("primaryKey()", () => {
  it("is the container, else the first known entity, else the event", () => {
    const enrichment = { namespace: "shop", pod: "web-1", node: "n1", user: "ann", image: "nginx" };
    expect(primaryKey(makeEvent({}, { container_id: "c1", enrichment }))).toBe("container=c1");
    expect(primaryKey(makeEvent({}, { enrichment }))).toBe("pod=shop/web-1");
    expect(primaryKey(makeEvent({ node: "n1", namespace: "shop" }))).toBe("node=n1");
    expect(primaryKey(makeEvent({ namespace: "shop", user: "ann" }))).toBe("namespace=shop");
    expect(primaryKey(makeEvent({ image: "nginx", user: "ann" }))).toBe("user=ann");
    expect(primaryKey(makeEvent({ image: "nginx" }))).toBe("image=nginx");
    expect(primaryKey(makeEvent())).toBe("event=e1");
  });

  it("is the key of the group of that dimension", () => {
    const event = makeEvent({ user: "a=b" });
    expect(primaryKey(event)).toBe(compileGroup(["user"]).of(event)?.key);
  });
});

describe("compileNamedGroup()", () => {
  const named = (name: string, text: string | undefined) => ({ name, textOf: () => text });

  it("shows its own names, and is the same group as the path of that name", () => {
    const group = compileNamedGroup([named("host", "h1"), named("src.ip", "10.0.0.1")]).of(makeEvent());
    expect(group).toEqual({ key: "host=h1&src.ip=10.0.0.1", values: { host: "h1", "src.ip": "10.0.0.1" } });
    expect(compileNamedGroup([named("host", undefined)]).of(makeEvent())).toBeUndefined();
  });

  it("a name that is a dimension word is another dimension than the word", () => {
    const group = compileNamedGroup([named("user", "ann")]);
    expect(group.dimension).not.toBe(compileGroup(["user"]).dimension);
    const { key, values } = group.of(makeEvent())!;
    expect(dimensionOf(key)).toBe(group.dimension);
    expect(decodeGroupKey(key)).toEqual(values);
    expect(group.keyOf(values)).toBe(key);
  });

  it("without fields it is the global group", () => {
    expect(compileNamedGroup([])).toMatchObject({ dimension: "*", fields: [] });
    expect(compileNamedGroup([]).of(makeEvent())?.key).toBe("*");
  });
});
