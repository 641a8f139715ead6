/**
 * Records of Filebeat and Elastic Agent (ECS): `@timestamp` beside `agent` or `ecs`; the line is `message`, or the map
 * `json` where Filebeat parsed it, or what `event.original` keeps.
 */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { isMap, textAt, without } from "../fields.ts";
import type { Envelope } from "../source.ts";
import { inside } from "../standing-in.ts";
import { timeOf } from "../time-of.ts";
import { logged } from "./logged.ts";
import { writtenBy } from "./written-by.ts";

export const filebeat: Envelope = {
  name: "filebeat",
  keys: ["@timestamp"],
  recognises: (value) =>
    typeof value["@timestamp"] === "string" &&
    (isMap(value.agent) || isMap(value.ecs)) &&
    lineOf(value) !== null,
  open: (value, around) => {
    const line = lineOf(value) ?? "";
    return [
      {
        value: typeof line === "string" ? logged(line) : line,
        around: inside(around, { ...writtenBy(value), time: timeOf(value["@timestamp"]) }),
        fields: without(value, "message"),
      },
    ];
  },
};

function lineOf(value: JsonMap): JsonValue {
  return isMap(value.json) ? value.json : (textAt(value, "event", "original") ?? textAt(value, "message"));
}
