import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readRuleFile } from "../../../src/rules/load-rules.ts";
import { compilePipelines, shippedPipelines } from "../../../src/rules/sigma/read-pipelines.ts";
import { read, readOne } from "../../sources/support.ts";
import { alertsOf, at, check, faultsOf } from "./support.ts";

const shipped = { pipelines: shippedPipelines() };

function rule(logsource: string, selection: string, name = "r"): string {
  return `title: ${name}\nname: ${name}\nlogsource: ${logsource}\ndetection: { s: ${selection}, condition: s }\n---\n`;
}

function pipeline(...transformations: readonly string[]): string {
  return `transformations:\n${transformations.map((each) => `  - { ${each}, rule_conditions: [{ type: logsource, product: test }] }\n`).join("")}---\n`;
}

const mapping = pipeline("type: field_name_mapping, mapping: { Image: [exe, binary], User: user.name }");
const source = "{ product: test }";

describe("Pipelines beside the rules", () => {
  test("a name with several paths holds for any of them", () => {
    const text = mapping + rule(source, "{ 'Image|endswith': /sh }");
    expect(
      alertsOf(text, [at(1, { exe: "/bin/sh" }), at(2, { binary: "/bin/sh" }), at(3, { Image: "/bin/sh" })]),
    ).toEqual(["1 r [e1]", "2 r [e2]"]);
  });

  test("what asks for absence asks it of all", () => {
    const [both, one] = [at(1, { x: 1 }), at(2, { binary: "/bin/sh" })];
    for (const asked of ["Image: null", "'Image|exists': false", "'Image|neq': /bin/sh"]) {
      expect(alertsOf(mapping + rule(source, `{ ${asked} }`), [both, one])).toEqual(["1 r [e1]"]);
    }
    expect(alertsOf(mapping + rule(source, "{ Image: [null, /bin/sh] }"), [both, one])).toHaveLength(2);
    expect(alertsOf(mapping + rule(source, "{ 'Image|exists': true }"), [both, one])).toEqual(["2 r [e2]"]);
  });

  test("values of fieldref are names too, keywords are none", () => {
    const text = mapping + rule(source, "{ 'owner|fieldref': User }");
    expect(
      alertsOf(text, [at(1, { owner: "ann", user: { name: "ann" } }), at(2, { owner: "ann", User: "ann" })]),
    ).toEqual(["1 r [e1]"]);
    expect(alertsOf(mapping + rule(source, "[Image]"), [at(1, { note: "Image" })])).toHaveLength(1);
  });

  test("add_condition is a where that every event must pass", () => {
    const text =
      pipeline("type: add_condition, conditions: [{ type: exec }, { source: 'x:*' }]") +
      rule(source, "{ a: 1 }");
    const events = [
      at(1, { a: 1 }),
      at(2, { a: 1 }, { type: "other" }),
      at(3, { a: 1 }, { type: "other", source: "x:y" }),
    ];
    expect(alertsOf(text, events)).toEqual(["1 r [e1]", "3 r [e3]"]);
  });

  test("detection_item_failure refuses a rule where it names the field", () => {
    const text =
      pipeline(
        "type: detection_item_failure, message: nobody tells, field_name_conditions: [{ type: include_fields, fields: [Hash] }]",
      ) + rule(source, "{ Hash: 1 }");
    expect(faultsOf(text)).toEqual([
      expect.stringMatching(/^7:\d+ bad-field detection\.s\.Hash: "Hash": nobody tells$/),
    ]);
  });

  test("those of a folder go before those that ship", () => {
    const own = mapping.replaceAll("product: test", "product: linux, category: process_creation");
    const text = own + rule("{ product: linux, category: process_creation }", "{ Image: /bin/sh }");
    expect(alertsOf(text, [at(1, { exe: "/bin/sh" })], shipped)).toEqual(["1 r [e1]"]);
  });

  test("faults are reported in the pipeline", () => {
    expect(faultsOf(pipeline("type: drop_detection_item"))).toEqual([
      expect.stringMatching(/^2:\d+ bad-value transformations\.0\.type: /),
    ]);
    expect(faultsOf(pipeline("type: add_condition, conditions: { 'a|is': 1 }"))).toEqual([
      expect.stringMatching(/^2:\d+ unknown-modifier transformations\.0\.conditions\.a\|is: /),
    ]);
    expect(faultsOf("transformations: [{ type: add_condition, conditions: { a: 1 } }]")).toHaveLength(1);
  });
});

describe("Correlations over mapped rules", () => {
  const other = mapping.replaceAll("product: test", "product: other").replace("user.name", "account");
  const rules = rule(source, "{ k: a }", "a") + rule("{ product: other }", "{ k: b }", "b");
  const over = (body: string) => `title: O\nname: o\ncorrelation: ${body}\n---\n${mapping}${other}${rules}`;

  test("group by a field that each rule keeps in its own place, under its name in the correlation", () => {
    const text = over("{ type: temporal, rules: [a, b], group-by: [User], timespan: 9s }");
    const events = [
      at(1, { k: "a", user: { name: "ann" } }),
      at(2, { k: "b", account: "bob" }),
      at(3, { k: "b", account: "ann" }),
    ];
    expect(alertsOf(text, events)).toEqual(['3 o {"User":"ann"} [e1 e3]']);
  });

  test("count and sum fields of different places as one", () => {
    const counted = over(
      "{ type: value_count, rules: [a, b], timespan: 9s, condition: { field: User, gte: 2 } }",
    );
    const events = [
      at(1, { k: "a", user: { name: "ann" } }),
      at(2, { k: "b", account: "ann" }),
      at(3, { k: "a", account: "bob" }),
      at(4, { k: "b", account: "bob" }),
    ];
    expect(alertsOf(counted, events)).toEqual(["4 o [e1 e2 e4]"]);
    const summed = over(
      "{ type: value_sum, rules: [a, b], timespan: 9s, condition: { field: Image, gte: 5 } }",
    );
    expect(alertsOf(summed, [at(1, { k: "a", exe: 2 }), at(2, { k: "b", binary: 3 })])).toEqual([
      "2 o [e1 e2]",
    ]);
  });
});

describe("Pipelines that ship", () => {
  test("a log source without one is refused with its reason", () => {
    expect(faultsOf(rule("{ product: windows, category: process_creation }", "{ a: 1 }"), shipped)).toEqual([
      expect.stringMatching(
        /^3:\d+ unknown-log-source logsource: no field mapping tells how events of category process_creation, product windows look; a file of pipelines\/ does; there are .*category process_creation, product linux; /,
      ),
    ]);
  });

  test("a mistyped log source is shown the one that was meant, and faults behind it are told as well", () => {
    const mistyped = rule("{ product: linux, category: process_creatin }", "{ a|contans: 1 }");
    expect(faultsOf(mistyped, shipped)).toEqual([
      "3:1 unknown-log-source logsource: no field mapping tells how events of category process_creatin, product linux look; did you mean category process_creation, product linux?",
      expect.stringMatching(
        /^4:\d+ unknown-modifier detection\.s\S*\.a\|contans: .* did you mean "contains"\?$/,
      ),
    ]);
    const level = rule("{ product: linux, category: process_creation }", "{ a|contans: 1 }").replace(
      "title:",
      "level: hihg\ntitle:",
    );
    expect(faultsOf(level, shipped).map((fault) => fault.split(" ")[1])).toEqual([
      "bad-value",
      "unknown-modifier",
    ]);
  });

  test("process_creation finds what Falco tells of an exec", () => {
    const draft = readOne({
      rule: "Terminal shell in container",
      time: "2026-01-05T10:00:00.000000000Z",
      priority: "Notice",
      source: "syscall",
      output: "a shell",
      output_fields: {
        "evt.type": "execve",
        "proc.exepath": "/bin/bash",
        "proc.cmdline": "bash -i",
        "user.name": "root",
        "container.id": "ee97d9c4186f",
      },
    });
    const text = rule(
      "{ product: linux, category: process_creation }",
      "{ 'Image|endswith': /bash, 'CommandLine|contains': ' -i', User: root }",
    );
    expect(alertsOf(text, [draft], shipped)).toEqual([expect.stringMatching(/^0 r /)]);
    const opened = { ...draft, details: { ...draft.details, "evt.type": "openat" } };
    expect(alertsOf(text, [opened], shipped)).toEqual([]);
  });

  test.each([
    [
      "{ product: linux, category: file_event }",
      "{ TargetFilename: /etc/passwd }",
      { file: "/etc/passwd" },
      { type: "file_write" },
    ],
    [
      "{ product: linux, category: network_connection }",
      "{ DestinationIp: 10.0.0.1 }",
      { dst_ip: "10.0.0.1" },
      { type: "network_connection" },
    ],
    [
      "{ product: linux, service: auditd }",
      "{ type: SYSCALL, key: x }",
      { type: "SYSCALL", key: "x" },
      { source: "auditd" },
    ],
    [
      "{ product: kubernetes, service: audit }",
      "{ verb: create, objectRef.subresource: exec }",
      { verb: "create", objectRef: { subresource: "exec" } },
      { source: "k8s_audit" },
    ],
    [
      "{ product: kubernetes, service: audit, category: application }",
      "{ verb: create }",
      { "ka.verb": "create" },
      { source: "falco:k8s_audit" },
    ],
    [
      "{ product: kubernetes, service: audit }",
      "{ hostPath: '*' }",
      { requestObject: { spec: { volumes: [{ hostPath: { path: "/" } }] } } },
      { source: "k8s_audit" },
    ],
    [
      "{ product: falco }",
      "{ rule: Terminal shell in container }",
      { rule: "Terminal shell in container" },
      { source: "falco:syscall" },
    ],
    ["{ service: falco }", "{ priority: notice }", { priority: "Notice" }, { source: "falco:syscall" }],
  ])("%s", (logsource, selection, details, rest) => {
    const text = rule(logsource, selection);
    expect(alertsOf(text, [at(1, details, rest)], shipped)).toEqual(["1 r [e1]"]);
    expect(alertsOf(text, [at(1, details, { type: "other", source: "other" })], shipped)).toEqual([]);
  });

  test("are read from files, faults with theirs", () => {
    const file = join(import.meta.dirname, "../../../rules/cryptomining_detection.yml");
    expect(() => compilePipelines([readRuleFile(file)])).toThrow(
      /cryptomining_detection\.yml:\d+:\d+ unknown-key/,
    );
  });
});

describe("Kubernetes audit", () => {
  test("counts a request when it is answered, not at each of its stages", () => {
    const text = rule("{ product: kubernetes, service: audit }", "{ verb: delete }");
    const staged = (type: string) =>
      alertsOf(text, [at(1, { verb: "delete" }, { source: "k8s_audit", type })], shipped);
    expect(staged("pod_deleted")).toEqual(["1 r [e1]"]);
    expect(staged("k8s.stage.request_received")).toEqual([]);
  });
});

const folder = join(import.meta.dirname, "../../../../shared/data/sigma");

describe.skipIf(!existsSync(folder))("Rules of SigmaHQ kept beside the project", () => {
  const files = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yml"))
    : [];
  const refused = ["process_creation/proc_creation_lnx_omigod_scx_runasprovider_executeshellcommand.yml"];

  test.each(files)("%s", (file) => {
    const { rules, faults } = check(readFileSync(join(folder, file), "utf8"), shipped);
    expect([rules.length, faults.map(({ code }) => code)]).toEqual(
      refused.includes(file) ? [0, ["bad-field"]] : [1, []],
    );
  });
});

describe("Sigma's auditd over what the sources read", () => {
  const line = (text: string) => readOne(JSON.stringify(text));
  const stamp = "msg=audit(1700000000.123:456):";
  const execve = line(`type=EXECVE ${stamp} argc=2 a0="chattr" a1="+i"`);
  const call = line(
    `type=SYSCALL ${stamp} arch=c000003e syscall=59 success=yes exe="/usr/bin/chattr" key="net"`,
  );
  const found = (logsource: string, selection: string, events: Parameters<typeof alertsOf>[1]) =>
    alertsOf(rule(logsource, selection), events, shipped).length;

  test("records under auditd's own names", () => {
    const auditd = "{ product: linux, service: auditd }";
    expect(found(auditd, "{ type: EXECVE, a0: chattr, 'a1|contains': i }", [execve, call])).toBe(1);
    expect(found(auditd, "{ type: SYSCALL, 'exe|endswith': /chattr, key: net }", [execve, call])).toBe(1);
    expect(found(auditd, "{ type: PATH }", [execve, call])).toBe(0);
  });

  test("and starts of processes, from laurel with their arguments", () => {
    const creation = "{ product: linux, category: process_creation }";
    const laurel = read({
      ID: "1700000000.123:456",
      SYSCALL: { arch: "0xc000003e", syscall: 59, success: "yes", exe: "/usr/bin/chattr" },
      EXECVE: { ARGV: ["chattr", "+i"] },
    });
    expect(found(creation, "{ 'Image|endswith': /chattr }", [execve, call])).toBe(1);
    expect(found(creation, "{ 'Image|endswith': /chattr, 'CommandLine|contains': ' +i' }", laurel)).toBe(1);
  });
});
