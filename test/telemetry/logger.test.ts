import { expect, it } from "vitest";
import { createLogger, type Logger } from "../../src/telemetry/logger.ts";
import { version } from "../../src/version.ts";

function logged(write: (log: Logger) => void, level = "info"): string[] {
  const lines: string[] = [];
  write(createLogger({ level, role: "enrich", stream: { write: (line) => void lines.push(line) } }));
  return lines;
}

it("writes one JSON object a line, with service, version and role", () => {
  const [line] = logged((log) => log.info({ partition: 3 }, "claimed"));
  expect(line?.endsWith("\n")).toBe(true);
  expect(JSON.parse(line!)).toEqual({
    level: "info",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    service: "corral",
    version,
    role: "enrich",
    partition: 3,
    msg: "claimed",
  });
});

it("leaves out what is below its level", () => {
  expect(logged((log) => log.info("x"), "warn")).toEqual([]);
  expect(logged((log) => log.fatal("x"), "silent")).toEqual([]);
});

it("hides fields that are called secrets, at the depths where settings and errors keep them", () => {
  const secret = "geheim";
  const [line] = logged((log) =>
    log.info(
      { password: secret, redis: { password: secret }, a: { headers: { authorization: secret } } },
      "x",
    ),
  );
  expect(line).not.toContain(secret);
  expect(JSON.parse(line!)).toMatchObject({ password: "***", redis: { password: "***" } });
});

it("hides passwords in URLs wherever they stand, messages and stacks too", () => {
  const url = "redis://corral:geheim@redis:6379";
  const [line] = logged((log) => log.error({ err: new Error(`cannot reach ${url}`), url }, `lost ${url}`));
  expect(line).not.toContain("geheim");
  expect(JSON.parse(line!)).toMatchObject({ url: "redis://corral:***@redis:6379" });
});

it("hides the arguments of a Redis command that hangs on an error", () => {
  const refused = Object.assign(new Error("WRONGPASS"), { command: { name: "auth", args: ["geheim"] } });
  const lines = logged((log) => {
    log.error({ err: refused }, "x");
    log.error({ error: refused }, "x");
    log.error(refused);
  });
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    expect(line).not.toContain("geheim");
    expect(line).toContain("WRONGPASS");
  }
});

it("masks a line of hostile text in linear time", () => {
  const before = performance.now();
  logged((log) => log.info({ text: "://a:".repeat(200_000) }, "x"));
  expect(performance.now() - before).toBeLessThan(2_000);
});

it("escapes what could steer a terminal and JSON allows", () => {
  const [line] = logged((log) => log.info({ text: "\u009b2J\u202e" }, "it says \u007f\u2066"));
  expect(line).not.toMatch(/[\u007f-\u009f\u202e\u2066]/);
  expect(JSON.parse(line!)).toMatchObject({ text: "\u009b2J\u202e", msg: "it says \u007f\u2066" });
});
