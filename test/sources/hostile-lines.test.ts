/** Lines and records made up from the words of the formats, seeded: each is an event, the same each time. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { draftsOf } from "./lines.ts";
import { read } from "./support.ts";

const origin = { topic: "t", partition: 0, offset: 0, broker_time: 1_700_000_000_000 };
const runs = { numRuns: 2000, seed: 20_260_105 };

const words = fc.constantFrom(
  ..."sshd[1]: |Failed |password| for |invalid user |user | from |203.0.113.9|2001:db8::1| port |22| ssh2|: |[preauth]".split(
    "|",
  ),
  ...'<34>|1 |Oct 11 22:14:15 |2026-01-05T10:00:00Z |host |- |[x a="]"]|Connection closed by |authenticating '.split(
    "|",
  ),
  ..."type=|SYSCALL|EXECVE|USER_AUTH| msg=|audit(1700000000.123:4):|audit(|'|\"|{|}|=|\u001d|a0=|4142|key=|saddr=0200|node=".split(
    "|",
  ),
  "__proto__=1 ",
  "\u0000",
  "\ud800",
);

const heads = fc.constantFrom(
  "",
  "sshd[1]: Failed password for ",
  "sshd[1]: Connection closed by ",
  "<34>1 2026-01-05T10:00:00Z host sshd 1 - ",
  "type=SYSCALL msg=audit(1700000000.123:4): ",
  "type=EXECVE msg=audit(1700000000.123:4): ",
);

test("lines", () => {
  fc.assert(
    fc.property(heads, fc.array(fc.oneof(words, fc.string()), { maxLength: 40 }), (head, parts) => {
      const line = head + parts.join("");
      const drafts = draftsOf(line, { time: 1 });
      expect(drafts.length).toBeGreaterThan(line.trim().startsWith("[") ? -1 : 0);
      expect(draftsOf(line, { time: 1 })).toEqual(drafts);
      for (const { id, type } of drafts) expect([id, type]).not.toContain("");
    }),
    runs,
  );
});

const keys = fc.constantFrom(
  ..."Operation NamespaceName Type Severity PID Resource Data Owner ContainerImage ATags Timestamp status id from time".split(
    " ",
  ),
  ..."timeNano Action Actor ID Attributes SYSCALL EXECVE PATH ARGV messages sequence timestamp auditd data process".split(
    " ",
  ),
  ..."message_type NODE CONTAINER_INFO args proctitle saddr arch syscall __proto__ constructor".split(" "),
);
const values = fc.oneof(
  fc.constantFrom(
    "Network",
    "Process",
    "container",
    "start",
    "exec_start: x",
    "1.1:1",
    "1461943101383858122",
    "syscall",
  ),
  fc.string(),
  fc.double(),
  fc.constant(null),
);
const { record } = fc.letrec<{ record: object; value: unknown }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, values, tie("record"), fc.array(tie("value"), { maxLength: 4 })),
  record: fc
    .array(fc.tuple(keys, tie("value")), { maxLength: 12 })
    .map((entries) => Object.fromEntries(entries) as object),
}));

test("records", () => {
  fc.assert(
    fc.property(record, (value) => {
      const events = read(JSON.stringify(value), origin);
      for (const { id, type, timestamp } of events) {
        expect([id, type]).not.toContain("");
        expect(Number.isInteger(timestamp)).toBe(true);
      }
      expect(read(JSON.stringify(value), origin)).toEqual(events);
    }),
    runs,
  );
});
