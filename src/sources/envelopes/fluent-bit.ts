/**
 * Records of Fluent Bit and Fluentd: the line as `log` (text, or a map where a parser ran), at times as `message`, beside
 * `kubernetes`, or beside `@timestamp` or `date` (seconds as a number, or ISO 8601) where no metadata was added.
 */
import type { JsonMap } from "../../events/security-event.ts";
import { isMap, without } from "../fields.ts";
import type { Envelope } from "../source.ts";
import { inside } from "../standing-in.ts";
import { timeOf } from "../time-of.ts";
import { logged } from "./logged.ts";
import { writtenBy } from "./written-by.ts";

export const fluentBit: Envelope = {
  name: "fluent-bit",
  keys: ["log", "message"],
  recognises: (value) =>
    lineKey(value) !== null &&
    (isMap(value.kubernetes) ||
      (lineKey(value) === "log" && (Object.hasOwn(value, "@timestamp") || Object.hasOwn(value, "date")))),
  open: (value, around) => {
    const key = lineKey(value) ?? "log";
    const line = value[key] ?? "";
    const time = [value.time, value["@timestamp"], value.date]
      .map(timeOf)
      .find((each) => !Number.isNaN(each));
    return [
      {
        value: typeof line === "string" ? logged(line) : line,
        around: inside(around, { ...writtenBy(value), time: time ?? null }),
        fields: without(value, key),
      },
    ];
  },
};

function lineKey(value: JsonMap): "log" | "message" | null {
  if (typeof value.log === "string") return "log";
  if (typeof value.message === "string") return "message";
  return isMap(value.log) ? "log" : null;
}
