/**
 * CloudEvents 1.0 over Kafka (kafka-protocol-binding.md). Structured: the whole envelope is the value, told by the header
 * `content-type: application/cloudevents+json` or by its attributes; the data is `data` or `data_base64`. Binary: the
 * attributes are headers `ce_…`, the value is the data; its headers are taken off, so that it is opened once.
 *
 * What was said of the event is `enrichment.cloudevents`.
 */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { present } from "../fields.ts";
import type { Envelope, Surroundings } from "../source.ts";
import { inside } from "../standing-in.ts";
import { timeOf } from "../time-of.ts";
import { nameAt } from "./written-by.ts";

type Headers = Surroundings["headers"];

const required = ["specversion", "type", "source", "id"];
const requiredHeaders = required.map((name) => `ce_${name}`);

export const cloudeventsBinary: Envelope = {
  name: "cloudevents-binary",
  recognises: (_, headers) => requiredHeaders.every((name) => typeof headers[name] === "string"),
  open: (value, around) => {
    const said = Object.entries(around.headers).filter(([name]) => name.startsWith("ce_"));
    const attributes = Object.fromEntries(said.map(([name, text]) => [name.slice(3), text]));
    return [{ value, around: withAttributes(around, attributes) }];
  },
};

export const cloudeventsStructured: Envelope = {
  name: "cloudevents-structured",
  keys: ["data", "data_base64"],
  recognises: (value, headers) =>
    (isStructured(headers) || required.every((name) => typeof value[name] === "string")) &&
    dataOf(value) !== undefined,
  open: (value, around) => [{ value: dataOf(value) ?? null, around: withAttributes(around, value) }],
};

function isStructured(headers: Headers): boolean {
  return (headers["content-type"] ?? "").toLowerCase().startsWith("application/cloudevents");
}

function dataOf(value: JsonMap): JsonValue | undefined {
  if (Object.hasOwn(value, "data")) return value.data;
  const { data_base64: encoded } = value;
  return typeof encoded === "string" ? Buffer.from(encoded, "base64").toString("utf8") : undefined;
}

function withAttributes(around: Surroundings, attributes: JsonMap): Surroundings {
  const cloudevents = present(
    Object.fromEntries(["id", "type", "source", "subject"].map((name) => [name, nameAt(attributes, name)])),
  );
  const headers = Object.fromEntries(
    Object.entries(around.headers).filter(([name]) => name !== "content-type" && !name.startsWith("ce_")),
  );
  return { ...inside(around, { time: timeOf(attributes.time), enrichment: { cloudevents } }), headers };
}
