/** Requests to a Kafka REST proxy as they were sent (falcosidekick's kafkarest): `records[]`, each `value` base64 or JSON. */
import type { JsonValue } from "../../events/security-event.ts";
import { isMap, listAt } from "../fields.ts";
import type { Envelope } from "../source.ts";

export const kafkaRest: Envelope = {
  name: "kafka-rest",
  keys: ["records"],
  recognises: (value) => {
    const records = listAt(value, "records");
    return records.length > 0 && records.every((record) => isMap(record) && Object.hasOwn(record, "value"));
  },
  open: (value, around) =>
    listAt(value, "records").map((record) => ({
      value: decoded((record as { value: JsonValue }).value),
      around,
    })),
};

/** Text that is not base64 of JSON is taken as it stands. */
function decoded(value: JsonValue): JsonValue {
  if (typeof value !== "string" || !/^[\w+/-]+={0,2}$/.test(value)) return value;
  const text = Buffer.from(value, "base64").toString("utf8");
  return /^\s*[{[]/.test(text) ? text : value;
}
