/** The session of the table `sessions` (`schemas/session.avsc`). */
import type { Session } from "../enrichment/session.ts";
import type { JsonMap } from "../events/security-event.ts";
import type { RecordFormat } from "./codec.ts";
import { integer, integerOrNull, text, textOrNull, texts, word } from "./shape.ts";

export const session: RecordFormat<Session> = {
  schema: "session",
  read: (fields) => ({
    session_id: text(fields, "session_id"),
    kind: word(fields, "kind", isKind),
    user: text(fields, "user"),
    impersonated_user: textOrNull(fields, "impersonated_user"),
    groups: texts(fields, "groups"),
    source_ip: textOrNull(fields, "source_ip"),
    pod: text(fields, "pod"),
    container: textOrNull(fields, "container"),
    command: textOrNull(fields, "command"),
    opened_at: integer(fields, "opened_at"),
    closed_at: integerOrNull(fields, "closed_at"),
  }),
  toAvro: (value) => value,
  fromAvro: (decoded) => decoded as JsonMap,
};

function isKind(value: unknown): value is Session["kind"] {
  return value === "exec" || value === "attach" || value === "ephemeral_container";
}
