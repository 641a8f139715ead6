/** A detection by itself: each event that matches is an alert, without window, group or state (semantics 8). */
import { type CompileContext, compileRule } from "../compile-rule.ts";
import { compiledWhere } from "../predicate/compiled-where.ts";
import type { Rule } from "../rule.ts";
import type { DetectionEntry } from "./entry.ts";
import { nativeHead } from "./native-head.ts";

/** Null after a fault was reported. */
export function detectionRule(
  { document, content, id, names, predicate, source }: DetectionEntry,
  context: Pick<CompileContext, "conditionTypes" | "calendar" | "lists">,
): Rule | null {
  const { file, line, fault } = document;
  const head = nativeHead(content);
  const where = compiledWhere(head.id, source, predicate);
  const rule = compileRule(
    { ...head, window: "0s", group_by: [], conditions: [{ type: "event_count", name: where.type, where }] },
    {
      ...context,
      file,
      line,
      placeOf: () => document.placeOf(["detection"]),
      fault: (_path, code, message) => fault(["detection"], code, message),
    },
  );
  // Alerts of other rules do not come as primary records.
  const ofAlerts = predicate.types?.some((type) => type.startsWith("alert.")) === true;
  return rule === null ? null : Object.freeze({ ...rule, id, knownAs: names, stateless: !ofAlerts });
}
