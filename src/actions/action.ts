/** The action record, as written to the actions topic (`schemas/action.avsc` has the same shape). */
import type { Severity } from "../events/severity.ts";

export type ActionMode = "dry_run" | "enforce";

export interface Action {
  /** hash(alert id, type, target). */
  readonly id: string;
  readonly alert_id: string;
  /** E.g. `isolate_container`. */
  readonly type: string;
  /** What it acts on: dimension to value. */
  readonly target: Readonly<Record<string, string>>;
  /** As the rule gave them, each value as text or JSON text. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly severity: Severity;
  readonly mode: ActionMode;
  /** Event time at which the alert opened, epoch milliseconds. */
  readonly created_at: number;
  /** Not to be carried out after this, epoch milliseconds. */
  readonly expires_at: number;
}
