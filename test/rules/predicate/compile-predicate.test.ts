import { describe, expect, it } from "vitest";
import type { JsonMap, SecurityEvent } from "../../../src/events/security-event.ts";
import {
  allOf,
  anyOf,
  compilePredicate,
  not,
  type Predicate,
} from "../../../src/rules/predicate/compile-predicate.ts";
import { makeEvent } from "../../events/make-event.ts";

const lists = new Map([
  ["admins", ["root", "adm*"]],
  ["internal", ["10.0.0.0/8", "192.168.0.0/16"]],
  ["empty", []],
]);

function compile(where: unknown): Predicate {
  const result = compilePredicate(where, { lists });
  if ("faults" in result) throw new Error(JSON.stringify(result.faults));
  return result.predicate;
}
function faults(where: unknown): string[] {
  const result = compilePredicate(where, { lists });
  return "faults" in result
    ? result.faults.map(({ path, code, message }) => `${path.join("/")} ${code} ${message}`)
    : [];
}
function matches(where: unknown, details: JsonMap, rest?: Partial<SecurityEvent>): boolean {
  return compile(where).test(makeEvent(details, rest));
}
/** Which of the values of field `v` pass. */
function passing(where: unknown, values: readonly (JsonMap[string] | undefined)[]): unknown[] {
  const { test } = compile(where);
  return values.filter((v) => test(makeEvent(v === undefined ? {} : { v })));
}

describe("logic", () => {
  it("takes a map as AND and a list of values as OR", () => {
    const where = { type: "exec", a: 1, b: ["x", "y"] };
    expect(matches(where, { a: 1, b: "y" })).toBe(true);
    expect(matches(where, { a: 1, b: "z" })).toBe(false);
    expect(matches(where, { a: 2, b: "x" })).toBe(false);
    expect(matches(where, { b: "x" })).toBe(false);
  });

  it("takes a list of maps as OR", () => {
    const where = [{ a: 1 }, { b: "x" }];
    expect([{ a: 1 }, { b: "X" }, { a: 2 }].map((details) => matches(where, details))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("wants all values under `all`, in any order, each by some element", () => {
    const where = { "v|contains|all": ["curl", "-k"] };
    const held = ["curl -s -k https://example.com", "wget -k; CURL", ["curl", "-k"]];
    expect(passing(where, [...held, "curl https://example.com", ["curl"], undefined])).toEqual(held);
    expect(matches({ "v|all": ["a", "b"] }, { v: ["b", "c", "A"] })).toBe(true);
  });

  it("matches a number by the number or its text, a boolean too", () => {
    expect(passing({ v: 1 }, ["1", 1, 1.0, 10, "1.5", true])).toEqual(["1", 1, 1]);
    expect(passing({ v: "22" }, [22, "22"])).toEqual([22, "22"]);
    expect(passing({ v: true }, [true, "true", "True", false, 1])).toEqual([true, "true", "True"]);
  });

  it("takes any element of a list, also inside lists of maps, and no map", () => {
    expect(passing({ v: "b" }, [["a", "B"], ["a"], [["b"]], { b: "b" }])).toEqual([["a", "B"], [["b"]]]);
    const where = { "spec.containers.securityContext.privileged": true };
    const container = (privileged: boolean) => ({ securityContext: { privileged } });
    expect(matches(where, { spec: { containers: [{ image: "x" }, container(true)] } })).toBe(true);
    expect(matches(where, { spec: { containers: [container(false)] } })).toBe(false);
    expect(matches(where, { spec: { containers: ["privileged"] } })).toBe(false);
  });

  it("asks for absence by null and by an empty text", () => {
    const absent = [undefined, null, "", "<NA>", [], [null]];
    for (const where of [{ v: null }, { v: "" }, { "v|cased": null }, { "v|all": [null, ""] }]) {
      expect(passing(where, [...absent, 0, false, " ", ["a"]])).toEqual(absent);
    }
    expect(passing({ v: [null, "root"] }, [undefined, "root", "ann", [null, "ann"]])).toEqual([
      undefined,
      "root",
    ]);
    expect(passing({ "v|all": [null, "root"] }, [undefined, "root"])).toEqual([]);
  });

  it("excepts by exact and by prefix, half of an exception being none", () => {
    const where = { namespace: "build", "image|startswith": "registry.example.com/ci/" };
    expect(matches(where, { namespace: "build" })).toBe(false);
    expect(matches(where, { namespace: "build", image: "registry.example.com/ci/go" })).toBe(true);
  });

  it("sees own properties only", () => {
    expect(matches({ "constructor|exists": true }, { a: 1 })).toBe(false);
    expect(matches({ "constructor|exists": true }, { constructor: "x" } as unknown as JsonMap)).toBe(true);
  });

  it("keeps explicit places apart", () => {
    const where = { "details.type": "inner", "enrichment.image": "alpine*", type: "outer" };
    expect(matches(where, { type: "inner" }, { type: "outer", enrichment: { image: "alpine:3.20" } })).toBe(
      true,
    );
    expect(matches(where, { type: "inner", image: "alpine:3.20" }, { type: "outer" })).toBe(false);
  });
});

describe("strings", () => {
  it("ignores case and wants the whole value", () => {
    expect(passing({ v: "/usr/bin/Curl" }, ["/USR/bin/curl", "/usr/bin/curl2", "x/usr/bin/curl"])).toEqual([
      "/USR/bin/curl",
    ]);
    expect(passing({ "v|contains": "ΑΣ" }, ["ασα", "ΑΣΑ", "ας"])).toHaveLength(3);
  });

  it("is exact when cased, also with wildcards and contains", () => {
    expect(passing({ "v|cased": "Root" }, ["Root", "root"])).toEqual(["Root"]);
    expect(passing({ "v|cased": "R*" }, ["Root", "root"])).toEqual(["Root"]);
    expect(passing({ "v|contains|cased": "oo" }, ["Root", "ROOT"])).toEqual(["Root"]);
  });

  it("knows wildcards and their escapes", () => {
    expect(passing({ v: "*/tmp/*.sh" }, ["/tmp/x.sh", "/var/tmp/.sh", "/tmp/x.sh.bak"])).toHaveLength(2);
    expect(passing({ v: "pts/?" }, ["pts/3", "pts/", "pts/12"])).toEqual(["pts/3"]);
    expect(passing({ v: "a\\*b" }, ["a*b", "axb"])).toEqual(["a*b"]);
    expect(passing({ v: "*" }, ["x", 0, undefined, ""])).toEqual(["x", 0]);
  });

  it("contains, begins and ends", () => {
    expect(passing({ "v|contains": "/etc/sh" }, ["cat /ETC/shadow", "/etc/passwd", undefined])).toHaveLength(
      1,
    );
    expect(
      passing({ "v|startswith": ["kube-", "istio-"] }, ["kube-proxy", "my-kube-proxy", "istio-x"]),
    ).toEqual(["kube-proxy", "istio-x"]);
    expect(passing({ "v|endswith": ".SVC.local" }, ["db.svc.local", "svc.local.example.com"])).toEqual([
      "db.svc.local",
    ]);
    expect(passing({ "v|contains": "a*c?e" }, ["xabcdex", "ace"])).toEqual(["xabcdex"]);
    expect(passing({ "v|contains": 80 }, [8080, "port 80", 443])).toEqual([8080, "port 80"]);
  });
});

describe("modifiers", () => {
  it("compares numbers, not what looks like none", () => {
    expect(passing({ "v|gte": 1024, "v|lt": 2048 }, [1023, 1024, "2047", 2048, "many", undefined])).toEqual([
      1024,
      "2047",
    ]);
    expect(passing({ "v|gt": "1" }, [1, 2, [0, 3]])).toEqual([2, [0, 3]]);
    expect(passing({ "v|lte": 1 }, [1, 2, true])).toEqual([1]);
  });

  it("knows whether a field exists", () => {
    const where = { "v|exists": true, "w|exists": false };
    expect(
      [{ v: 0 }, { v: 1, w: 1 }, { v: "" }, { v: 1, w: "<NA>" }].map((details) => matches(where, details)),
    ).toEqual([true, false, false, true]);
  });

  it("finds addresses in networks of both families", () => {
    const inside = ["10.255.0.1", "fd12::1", "::ffff:10.1.2.3", "::FFFF:a01:203", ["8.8.8.8", "10.0.0.1"]];
    const outside = ["11.0.0.1", "10.0.0", "0xa000001", "10.0.0.1:80", "host", 10, undefined, "fe80::1"];
    expect(passing({ "v|cidr": ["10.0.0.0/8", "fd00::/8"] }, [...inside, ...outside])).toEqual(inside);
    expect(passing({ "v|cidr": "::ffff:10.0.0.0/104" }, ["10.1.1.1", "11.1.1.1"])).toEqual(["10.1.1.1"]);
    expect(passing({ "v|cidr": "10.0.0.1" }, ["10.0.0.1", "10.0.0.2"])).toEqual(["10.0.0.1"]);
    expect(passing({ "v|cidr": "0.0.0.0/0" }, ["1.2.3.4", "::1"])).toEqual(["1.2.3.4"]);
  });

  it("compares two fields of the event", () => {
    const where = { "v|fieldref": "w" };
    const pairs = [
      { v: "ann", w: "Ann" },
      { v: "ann", w: "bob" },
      {},
      { v: "ann" },
      { w: "ann" },
      { v: 1, w: "1" },
    ];
    expect(pairs.map((details) => matches(where, details))).toEqual([true, false, false, false, false, true]);
    expect(matches({ "v|fieldref|cased": "w" }, { v: "ann", w: "Ann" })).toBe(false);
    expect(matches({ "v|fieldref|startswith": "w" }, { v: "Annabel", w: "ann" })).toBe(true);
    expect(matches({ "v|contains|fieldref": "w" }, { v: "a*b", w: "*" })).toBe(true);
    expect(matches({ "v|contains|fieldref": "w" }, { v: "ab", w: "*" })).toBe(false);
    expect(matches({ "v|fieldref": ["w", "x"] }, { v: "a", w: "b", x: ["c", "a"] })).toBe(true);
    expect(matches({ "v|fieldref|all": ["w", "x"] }, { v: "a", w: "b", x: "a" })).toBe(false);
    expect(matches({ "v|fieldref|neq": "w" }, {})).toBe(true);
  });

  it("negates the whole item with neq, so that absence passes and no element may match", () => {
    expect(passing({ "v|neq": "root" }, ["ann", "ROOT", undefined, ["ann", "root"], ["ann"]])).toEqual([
      "ann",
      undefined,
      ["ann"],
    ]);
    expect(passing({ "v|neq": ["a", "b"] }, ["a", "b", "c"])).toEqual(["c"]);
    expect(passing({ "v|neq": null }, [undefined, "a"])).toEqual(["a"]);
    expect(passing({ "v|contains|neq": "oo" }, ["root", "ann"])).toEqual(["ann"]);
    expect(passing({ "v|exists": true, "v|neq": "root" }, ["ann", "root", undefined])).toEqual(["ann"]);
  });

  it("searches with RE2, exact unless i", () => {
    expect(passing({ "v|re": "k[0-9]s-\\w+" }, ["xx k8s-node yy", "K8S-node", "k8s-\n"])).toEqual([
      "xx k8s-node yy",
    ]);
    expect(
      passing({ "v|re": "^/proc/\\d+/environ$" }, [
        "/proc/17/environ",
        "/proc/17/environ/x",
        "/host/proc/17/environ",
      ]),
    ).toEqual(["/proc/17/environ"]);
    expect(passing({ "v|re|i": "authorization: bearer" }, ["AUTHORIZATION: Bearer xyz"])).toHaveLength(1);
    expect(passing({ "v|re|m": "^root:" }, ["bin:x\nroot:x", "toor:x"])).toEqual(["bin:x\nroot:x"]);
    expect(passing({ "v|re|s": "begin.+end" }, ["begin\nend"])).toHaveLength(1);
    expect(passing({ "v|re": "begin.+end" }, ["begin\nend"])).toHaveLength(0);
    expect(passing({ "v|re|i|m|s": "^A.B$" }, ["x\na\nb\ny"])).toHaveLength(1);
    expect(passing({ "v|re": ["^2", "x"] }, [22, "ax", "b"])).toEqual([22, "ax"]);
  });

  it("expands named lists, with their wildcards, inside other texts and for networks", () => {
    expect(passing({ "v|expand": "%admins%" }, ["ROOT", "admin", "ann"])).toEqual(["ROOT", "admin"]);
    expect(passing({ "v|expand": "uid=%admins%;" }, ["uid=root;", "root"])).toEqual(["uid=root;"]);
    expect(passing({ "v|cidr|expand": "%internal%" }, ["192.168.1.1", "8.8.8.8"])).toEqual(["192.168.1.1"]);
    expect(
      passing({ "v|contains|expand": ["%admins%", "50\\%%admins%"] }, ["a root b", "50%root"]),
    ).toHaveLength(2);
    expect(passing({ "v|expand": "%empty%" }, ["a", undefined])).toEqual([]);
    expect(passing({ "v|expand|neq": "%empty%" }, ["a", undefined])).toEqual(["a", undefined]);
  });
});

describe("keywords", () => {
  it("are sought in texts and numbers of details, at any depth, not in keys or at the top level", () => {
    const where = ["stack smashing", "segfault at * ip"];
    expect(matches(where, { message: "*** Stack Smashing detected ***" })).toBe(true);
    expect(matches(where, { record: { lines: ["ok", "x[1]: segfault at 0 ip 00007f"] } })).toBe(true);
    expect(matches(where, { message: "stack", note: "smashing" })).toBe(false);
    expect(matches(where, { "stack smashing": 1 }, { type: "stack smashing" })).toBe(false);
    expect(matches([4242], { pid: 14242 })).toBe(true);
    expect(matches(["true"], { flag: true })).toBe(false);
  });

  it("may be demanded all, not necessarily in one field", () => {
    const where = { "|all": ["error", "parser"] };
    expect(matches(where, { message: "fatal ERROR", unit: "parser.service" })).toBe(true);
    expect(matches(where, { message: "fatal error" })).toBe(false);
  });

  it("may be a pattern, exact, or negated", () => {
    expect(matches({ "|re": "^fatal" }, { message: "fatal error" })).toBe(true);
    expect(matches({ "|cased": "Fatal" }, { message: "fatal error" })).toBe(false);
    expect(matches({ "|neq": "fatal" }, { message: "ok" })).toBe(true);
    expect(matches({ "|startswith": "fatal" }, { a: "not fatal" })).toBe(false);
  });

  it("may stand in one list with maps", () => {
    const where = ["smash", { user: "root" }];
    expect(
      [{ a: "smashing" }, { user: "root" }, { user: "ann" }].map((details) => matches(where, details)),
    ).toEqual([true, true, false]);
  });
});

describe("faults", () => {
  it("names an unknown modifier and what was meant", () => {
    expect(faults({ "cmd|includes": "curl" })).toEqual([
      'cmd|includes unknown-modifier "includes" is no modifier; did you mean "contains"?',
    ]);
    expect(faults({ "cmd|startwith": "x" })[0]).toContain('did you mean "startswith"?');
    expect(faults({ "cmd|constructor": "x" })[0]).toContain("known are");
  });

  it("refuses patterns that RE2 cannot run, and says why", () => {
    const unsupported = ["curl (?!-s)", "(?=x)y", "(?<=a)b", "(?<!a)b", "(a)\\1", "(?<n>a)\\k<n>"];
    for (const pattern of unsupported) {
      expect(faults({ "cmd|re": pattern })[0]).toMatch(
        /^cmd\|re bad-regex .*look-around and back-references are not supported/,
      );
    }
    expect(faults({ "cmd|re": ["ok", "(a"] })[0]).toMatch(/^cmd\|re\/1 bad-regex .*missing closing \)/);
  });

  it("refuses modifiers that do not go together", () => {
    const bad = [
      "contains|startswith",
      "re|contains",
      "contains|re",
      "i",
      "contains|i",
      "re|cased",
      "exists|all",
      "gt|lt",
      "cidr|base64",
    ].concat([
      "gt|contains",
      "contains|contains",
      "wide|utf16be",
      "fieldref|contains|endswith",
      "re|windash",
      "fieldref|expand",
    ]);
    for (const modifiers of bad) {
      expect([modifiers, faults({ [`v|${modifiers}`]: "x" })[0] ?? "none"]).toEqual([
        modifiers,
        expect.stringMatching(/bad-modifiers/),
      ]);
    }
    for (const modifiers of ["exists", "cidr", "gt", "fieldref"]) {
      expect(faults({ [`|${modifiers}`]: "x" })[0]).toContain("needs a field");
    }
  });

  it("refuses values of the wrong kind, each with its place", () => {
    expect(
      faults([{ a: 1 }, { b: ["x", { c: 1 }], "c|gt": "many", "d|cidr": "10.0.0/8", "e|exists": 1 }]),
    ).toEqual([
      expect.stringMatching(/^1\/b\/1 bad-value .*written "b.c"/),
      expect.stringMatching(/^1\/c\|gt bad-value /),
      expect.stringMatching(/^1\/d\|cidr bad-cidr /),
      expect.stringMatching(/^1\/e\|exists bad-value /),
    ]);
    for (const where of [
      {},
      [],
      [{}],
      { v: [] },
      { v: [[]] },
      null,
      undefined,
      [null],
      { "": "x" },
      { "v|contains": "" },
    ]) {
      expect([where, faults(where).length]).toEqual([where, 1]);
    }
    for (const network of ["10.0.0.0/33", "fd00::/129", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/-1", "x"]) {
      expect(faults({ "v|cidr": network })[0]).toContain("bad-cidr");
    }
    expect(faults({ "v|fieldref": 1 })[0]).toContain("must name a field");
  });

  it("refuses lists that are not there", () => {
    expect(faults({ "v|expand": "%admin%" })).toEqual([
      'v|expand unknown-list "admin" is no list; did you mean "admins"?',
    ]);
    expect(faults({ "v|expand": "admins" })[0]).toContain("%admins%");
  });
});

describe("types", () => {
  const types = (where: unknown) => compile(where).types;

  it("are the literal types of which the event has one", () => {
    expect(types({ type: "Exec", a: 1 })).toEqual(["exec"]);
    expect(types({ type: ["a", "B"] })).toEqual(["a", "b"]);
    expect(types({ "type|cased": "Exec" })).toEqual(["exec"]);
    expect(types([{ type: "a" }, { type: "b", x: 1 }])).toEqual(["a", "b"]);
    expect(compile({ type: ["a", "b"], "type|cased": "b" }).types).toEqual(["b"]);
  });

  it("are unknown where any may do", () => {
    for (const where of [
      { a: 1 },
      { type: "a*" },
      { "type|neq": "a" },
      { type: ["a", null] },
      { "type|contains": "a" },
    ]) {
      expect(types(where)).toBeNull();
    }
    expect(types([{ type: "a" }, { x: 1 }])).toBeNull();
    expect(types({ "details.type": "a" })).toBeNull();
    expect(types({ type: "λόγος" })).toBeNull();
  });

  it("hold for each event that passes", () => {
    for (const where of [
      { type: "Exec" },
      { "type|all": ["exec", "EXEC"] },
      [{ type: "exec" }, { type: "b" }],
    ]) {
      const { test, types: known } = compile(where);
      expect(test(makeEvent()) && known?.includes("exec")).toBe(true);
    }
  });
});

describe("allOf(), anyOf() and not()", () => {
  const constant = (value: boolean, cost = 1, types: string[] | null = null): Predicate => ({
    test: () => value,
    types,
    cost,
  });
  const yes = constant(true);
  const no = constant(false);
  const event = makeEvent();

  it("combine as logic does", () => {
    for (const [left, right] of [
      [yes, yes],
      [yes, no],
      [no, yes],
      [no, no],
    ] as const) {
      expect(allOf([left, right]).test(event)).toBe(left === yes && right === yes);
      expect(allOf([left, right, yes]).test(event)).toBe(left === yes && right === yes);
      expect(anyOf([left, right]).test(event)).toBe(left === yes || right === yes);
    }
    expect([allOf([]).test(event), anyOf([]).test(event), not(yes).test(event)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("ask the cheap question first", () => {
    const dear: Predicate = { test: () => expect.unreachable(), types: null, cost: 20 };
    expect(allOf([dear, no]).test(event)).toBe(false);
    expect(anyOf([dear, yes]).test(event)).toBe(true);
    expect(compile({ "a|re": "x" }).cost).toBeGreaterThan(compile({ "a|contains": "x" }).cost);
    expect(compile({ "a|contains": "x" }).cost).toBeGreaterThan(compile({ a: "x" }).cost);
  });

  it("know which types remain", () => {
    const [a, ab] = [constant(true, 1, ["a"]), constant(true, 1, ["a", "b"])];
    expect(allOf([ab, a, yes]).types).toEqual(["a"]);
    expect(anyOf([ab, a]).types).toEqual(["a", "b"]);
    expect(anyOf([ab, yes]).types).toBeNull();
    expect([allOf([]).types, anyOf([]).types, not(a).types]).toEqual([null, [], null]);
  });
});
