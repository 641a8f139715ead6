/**
 * What is in order of a rule document that has faults, so that the rest of it can be checked in the same run. What is
 * missing or at fault has a value that raises no fault of its own.
 */
import { type ConditionSource, conditionSchema, type RuleDocument, ruleSchema } from "./rule-schema.ts";

export interface SoundParts extends Pick<RuleDocument, "where" | "except" | "match" | "window"> {
  /** At their places; undefined: that one is at fault. */
  readonly conditions:
    | readonly (ConditionSource | undefined)[]
    | Readonly<Record<string, ConditionSource | undefined>>;
}

/** Null: nothing is. */
export function soundParts(document: unknown): SoundParts | null {
  if (!isMap(document)) return null;
  const { shape } = ruleSchema;
  const { where } = document;
  const conditions = soundConditions(document.conditions);
  const named = conditions !== null && Object.values(conditions).every((each) => each !== undefined);
  const match = shape.match.safeParse(document.match);
  return {
    where,
    except: shape.except.safeParse(document.except).data,
    // A match over names that are not known would be told of what is no fault of its own.
    match: named ? match.data : undefined,
    window: shape.window.safeParse(document.window).data ?? "0s",
    conditions: conditions ?? [],
  };
}

function soundConditions(conditions: unknown): SoundParts["conditions"] | null {
  if (Array.isArray(conditions)) return conditions.map(soundCondition);
  if (!isMap(conditions)) return null;
  return Object.fromEntries(Object.entries(conditions).map(([name, each]) => [name, soundCondition(each)]));
}

function soundCondition(condition: unknown): ConditionSource | undefined {
  return conditionSchema.safeParse(condition).data;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
