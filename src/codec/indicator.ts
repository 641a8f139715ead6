/** The indicator (`schemas/indicator.avsc`). */
import { type Indicator, isIndicatorType } from "../enrichment/indicator.ts";
import { InvalidMessage } from "../errors.ts";
import type { JsonMap } from "../events/security-event.ts";
import type { RecordFormat } from "./codec.ts";
import { integer, integerOrNull, text, textOrNull, texts, word } from "./shape.ts";

export const indicator: RecordFormat<Indicator> = {
  schema: "indicator",
  read: (fields) => ({
    type: word(fields, "type", isIndicatorType),
    value: text(fields, "value"),
    feed: text(fields, "feed"),
    threat: textOrNull(fields, "threat"),
    tags: texts(fields, "tags"),
    confidence: confidence(integer(fields, "confidence")),
    valid_from: integerOrNull(fields, "valid_from"),
    valid_until: integerOrNull(fields, "valid_until"),
    first_seen: integerOrNull(fields, "first_seen"),
    reference: textOrNull(fields, "reference"),
  }),
  toAvro: (value) => value,
  fromAvro: (decoded) => decoded as JsonMap,
};

function confidence(value: number): number {
  if (value >= 0 && value <= 100) return value;
  throw new InvalidMessage(
    "bad-shape",
    `Cannot read record: confidence must be from 0 to 100: current value is ${value}`,
  );
}
