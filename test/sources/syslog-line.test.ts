import { describe, expect, it } from "vitest";
import { syslogLine } from "../../src/sources/syslog-line.ts";

const around = Date.UTC(2026, 0, 1, 0, 0, 30);
const read = (line: string, time: number | null = around) => {
  const head = syslogLine(line, time);
  return head === null ? null : { ...head, time: Number.isNaN(head.time) ? null : head.time };
};

describe("The head of a syslog line", () => {
  it("is RFC 3164, with or without a priority, in the year closest to the surroundings", () => {
    const wanted = { host: "node-1", program: "sshd", pid: 12, message: "Hello: you" };
    const last = { ...wanted, time: Date.UTC(2025, 11, 31, 23, 59, 59) };
    expect(read("<38>Dec 31 23:59:59 node-1 sshd[12]: Hello: you")).toEqual(last);
    expect(read("Dec 31 23:59:59 node-1 sshd[12]: Hello: you")).toEqual(last);
    expect(read("Jan  1 00:00:00 node-1 sshd[12]: Hello: you")?.time).toBe(Date.UTC(2026, 0, 1));
    expect(read("Jan  1 00:00:00 node-1 sshd[12]: Hello: you", null)).toEqual({ ...wanted, time: null });
    expect(read("Foo 31 23:59:59 node-1 sshd[12]: Hello")).toBeNull();
    expect(read("anF 31 23:59:59 node-1 sshd[12]: Hello")).toBeNull();
  });

  it("has a whole time where rsyslog or systemd write it", () => {
    expect(read("2026-01-05T10:00:00.123456+01:00 node-1 sshd: x", null)).toEqual({
      time: Date.UTC(2026, 0, 5, 9, 0, 0, 123),
      host: "node-1",
      program: "sshd",
      pid: null,
      message: "x",
    });
  });

  it("is RFC 5424, with structured data that holds brackets and quotes", () => {
    const wanted = {
      time: Date.UTC(2026, 0, 5, 10),
      host: "node-1",
      program: "sshd",
      pid: 7,
      message: "a [b]",
    };
    expect(read("<38>1 2026-01-05T10:00:00Z node-1 sshd 7 - - a [b]")).toEqual(wanted);
    const data = String.raw`[x@1 a="]" b="\"]"][y c="d"]`;
    expect(read(`<38>1 2026-01-05T10:00:00Z node-1 sshd 7 ID47 ${data} \ufeffa [b]`)).toEqual(wanted);
    expect(read("<38>1 - - sshd - - - m")).toEqual({
      time: null,
      host: null,
      program: "sshd",
      pid: null,
      message: "m",
    });
    expect(read('<38>1 2026-01-05T10:00:00Z node-1 sshd 7 - [x a="b m')).toBeNull();
  });

  it("may be a program's name alone; other text has none", () => {
    expect(read("sshd[12]: Hello")).toMatchObject({ time: null, host: null, program: "sshd", pid: 12 });
    for (const text of ["", " ", "1 ", "<1>", "Hello there", "a b: c", "[x]: y", "sshd[1x]: y"])
      expect(read(text)).toBeNull();
  });
});
