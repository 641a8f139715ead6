/** The action (`schemas/action.avsc`). */
import type { Action, ActionMode } from "../actions/action.ts";
import type { JsonMap } from "../events/security-event.ts";
import { isSeverity } from "../events/severity.ts";
import type { RecordFormat } from "./codec.ts";
import { integer, text, textMap, word } from "./shape.ts";

export const action: RecordFormat<Action> = {
  schema: "action",
  read: (fields) => ({
    id: text(fields, "id"),
    alert_id: text(fields, "alert_id"),
    type: text(fields, "type"),
    target: textMap(fields, "target"),
    parameters: textMap(fields, "parameters"),
    severity: word(fields, "severity", isSeverity),
    mode: word(fields, "mode", isMode),
    created_at: integer(fields, "created_at"),
    expires_at: integer(fields, "expires_at"),
  }),
  toAvro: (value) => value,
  fromAvro: (decoded) => decoded as JsonMap,
};

function isMode(value: unknown): value is ActionMode {
  return value === "dry_run" || value === "enforce";
}
