/** Records of Vector's kubernetes_logs source: `{file, message, stream, timestamp, kubernetes: {pod_namespace, …}}`. */
import { textAt, without } from "../fields.ts";
import type { Envelope } from "../source.ts";
import { inside } from "../standing-in.ts";
import { timeOf } from "../time-of.ts";
import { logged } from "./logged.ts";
import { writtenBy } from "./written-by.ts";

export const vector: Envelope = {
  name: "vector",
  keys: ["message"],
  recognises: (value) =>
    typeof value.message === "string" &&
    (textAt(value, "kubernetes", "pod_namespace") !== null || textAt(value, "source_type") !== null),
  open: (value, around) => [
    {
      value: logged(textAt(value, "message") ?? ""),
      around: inside(around, { ...writtenBy(value), time: timeOf(value.timestamp) }),
      fields: without(value, "message"),
    },
  ],
};
