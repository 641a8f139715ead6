import { expect, test } from "vitest";
import type { SecurityEvent } from "../../../src/events/security-event.ts";
import { isKnownField } from "../../../src/rules/lint/unknown-field.ts";
import { describeWithRecordings, linesOf } from "../../sources/recordings.ts";
import { readRecord } from "../../sources/support.ts";
import { found, ruleOf } from "./support.ts";

const code = "unknown-field";

test("A slip of the pen is told with the field that was meant", () => {
  const text = ruleOf([
    "{ type: unique_count, field: dst_prot, where: { type: a, 'details.proces_name': x } }",
  ]);
  expect(found(code, text)).toEqual([
    '4:34 conditions.0.field: no known source produces "dst_prot"; did you mean "dst_port"?',
    '4:85 conditions.0.where.details.proces_name: no known source produces "details.proces_name"; did you mean "process_name"?',
  ]);
});

test("Fields of steps, exceptions, joins and groups", () => {
  const text = ruleOf(
    [
      "{ type: event_sequence, sequence: [{ where: { type: a, aaa1: 1 }, by: [bbb2] }, { not: { where: { ccc3: 1 } } }, b] }",
    ],
    "except: [{ ddd4: 1 }]\ngroup_by: [user, eee5]\n",
  );
  const fields = found(code, text).map((finding) => /"(.*)"$/.exec(finding)?.[1]);
  expect(fields.toSorted()).toEqual(["aaa1", "bbb2", "ccc3", "ddd4", "eee5"]);
});

test("Falco's own names, places and dimension words are known", () => {
  const text = ruleOf(
    ["{ type: event_count, where: { proc.name: a, 'enrichment.namespace': b, details.fd.rip: c } }"],
    "group_by: [workload, 'k8s.ns.name']\n",
  );
  expect(found(code, text)).toEqual([]);
});

test("What an event of the file's own tests carries is known", () => {
  const tests = "tests:\n  - { name: t, events: [{ at: 0s, type: a, ticket: { id: 7 } }], expect: [] }\n";
  const rule = ruleOf(["{ type: event_count, where: { type: a, ticket.id: 7 } }"], tests);
  expect(found(code, rule)).toEqual([]);
  expect(found(code, rule.replace("ticket.id:", "ticket.idx:"))).toHaveLength(1);
});

/** Some lines carry no time: the broker's is taken. */
const origin = {
  topic: "events.raw",
  partition: 0,
  offset: 0,
  broker_time: Date.parse("2026-01-05T10:00:00Z"),
};
const recordings = [
  "falco/website-alerts.jsonl",
  "falco/plugins-readme-alerts.jsonl",
  "tetragon/docs-events.jsonl",
  "tracee/docs-events.jsonl",
];
describeWithRecordings(recordings, "Recordings of sensors", () => {
  test("carry no field that the list of known fields lacks", async () => {
    const unknown = new Set<string>();
    for (const line of recordings.flatMap(linesOf)) {
      const events: readonly SecurityEvent[] = await readRecord(
        { value: Buffer.from(line), headers: {}, origin },
        () => {
          throw new Error("no Avro here");
        },
      );
      for (const { details, enrichment } of events) {
        for (const key of [...Object.keys(details), ...Object.keys(enrichment)]) {
          if (!isKnownField(key)) unknown.add(key);
        }
      }
    }
    expect([...unknown]).toEqual([]);
  });
});
