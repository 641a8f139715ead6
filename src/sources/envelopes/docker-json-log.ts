/** Lines of Docker's json-file driver as they stand in the file: `{log, stream, time}`, at times with `attrs`. */
import { textAt, without } from "../fields.ts";
import type { Envelope } from "../source.ts";
import { inside } from "../standing-in.ts";
import { timeOf } from "../time-of.ts";
import { logged } from "./logged.ts";

const keys = new Set(["log", "stream", "time", "attrs"]);

export const dockerJsonLog: Envelope = {
  name: "docker-json-log",
  keys: ["log"],
  recognises: (value) =>
    typeof value.log === "string" &&
    (value.stream === "stdout" || value.stream === "stderr") &&
    typeof value.time === "string" &&
    Object.keys(value).every((key) => keys.has(key)),
  open: (value, around) => [
    {
      value: logged(textAt(value, "log") ?? ""),
      around: inside(around, { time: timeOf(value.time), enrichment: {} }),
      fields: without(value, "log"),
    },
  ],
};
