/** The shape of one rule document (semantics 3). Conditions are checked by their own types, see compile-rule.ts. */
import { z } from "zod";
import { severities } from "../events/severity.ts";
import { durationSchema as duration } from "./duration-schema.ts";
import { ruleTestSchema } from "./rule-test.ts";

/** What every condition may carry beside its type's own options. */
export const conditionSchema = z.looseObject({
  type: z.string(),
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a word")
    .optional(),
  where: z.unknown().optional(),
  value: z.unknown().optional(),
});

export type ConditionSource = z.infer<typeof conditionSchema>;

const typeSchema = z.string().regex(/^[a-z][a-z0-9_.]*$/, "a word like isolate_container");

const actionSchema = z.union([
  z.strictObject({ emit: z.strictObject({ type: typeSchema, severity: z.enum(severities).optional() }) }),
  z.looseObject({ type: typeSchema, severity: z.enum(severities).optional() }),
]);

export const ruleSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9_]+$/, "lower-case letters, digits and _"),
  name: z.string().min(1).optional(),
  description: z.string().optional(),
  severity: z.enum(severities).optional(),
  tags: z.array(z.string()).default([]),
  window: duration.default("0s"),
  group_by: z.union([z.string().min(1), z.array(z.string().min(1))]).default("container"),
  for_each: z.record(z.string(), z.array(z.string().min(1)).min(1)).optional(),
  where: z.unknown().optional(),
  conditions: z.union([
    z.array(conditionSchema).min(1),
    z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a word"), conditionSchema),
  ]),
  match: z.string().optional(),
  except: z.array(z.unknown()).optional(),
  allowed_lateness: duration.optional(),
  actions: z
    .array(actionSchema)
    .min(1)
    .default([{ type: "alert" }]),
  enabled: z.boolean().default(true),
  mode: z.enum(["live", "shadow"]).default("live"),
  tests: z.array(ruleTestSchema).default([]),
});

export type RuleDocument = z.infer<typeof ruleSchema>;
