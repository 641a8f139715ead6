/**
 * The shapes of Sigma's documents (Sigma specification 2.1: rules, correlations, filters). Keys that say nothing about
 * what matches (`status`, `related`, `author`, whatever an organisation adds) pass; keys of `correlation` are known.
 */
import { z } from "zod";

const texts = z
  .union([z.string(), z.array(z.string())])
  .nullish()
  .transform((value) => (typeof value === "string" ? [value] : (value ?? [])));

const head = {
  title: z.string().min(1),
  id: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  description: z.string().nullish(),
  author: z.string().nullish(),
  level: z.enum(["informational", "low", "medium", "high", "critical", "none"]).nullish(),
  tags: texts,
  falsepositives: texts,
  taxonomy: z.literal("sigma", "Sigma's own names: other taxonomies have no field mapping").optional(),
};

/** `category`, `product`, `service`, and what else tells sources apart; `definition` is prose. */
const logSource = z
  .record(z.string(), z.unknown())
  .transform(({ definition: _prose, ...keys }) => keys)
  .pipe(z.record(z.string(), z.string()));

export type LogSource = z.infer<typeof logSource>;

const condition = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

export const detectionSchema = z.looseObject({
  ...head,
  logsource: logSource,
  detection: z.looseObject({
    condition,
    timeframe: z.never("a detection looks at one event: write a correlation with a timespan").optional(),
  }),
  generate: z.boolean().default(false),
});

export const filterSchema = z.looseObject({
  ...head,
  logsource: logSource,
  filter: z.looseObject({ rules: z.union([z.literal("any"), z.array(z.string()).min(1)]), condition }),
});

export const correlationTypes = [
  "event_count",
  "value_count",
  "temporal",
  "temporal_ordered",
  "value_sum",
  "value_avg",
  "value_percentile",
  "value_median",
] as const;

export const correlationOperators = ["gt", "gte", "lt", "lte", "eq", "neq"] as const;
export type CorrelationOperator = (typeof correlationOperators)[number];

const bounds = z.strictObject({
  field: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  percentile: z.number().min(0).max(100).optional(),
  ...(Object.fromEntries(correlationOperators.map((name) => [name, z.number().optional()])) as Record<
    CorrelationOperator,
    z.ZodOptional<z.ZodNumber>
  >),
});

export type CorrelationBounds = z.infer<typeof bounds>;

export const correlationSchema = z.looseObject({
  ...head,
  correlation: z.strictObject({
    type: z.enum(correlationTypes),
    rules: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .transform((value) => (typeof value === "string" ? [value] : value)),
    "group-by": z
      .union([z.string().min(1), z.array(z.string().min(1))])
      .nullish()
      .transform((value) => (typeof value === "string" ? [value] : (value ?? []))),
    timespan: z.string(),
    condition: z.union([z.string().min(1), bounds]).optional(),
    aliases: z.record(z.string(), z.record(z.string(), z.string().min(1))).default({}),
    generate: z.boolean().default(false),
  }),
  generate: z.boolean().default(false),
});

export type DetectionDocument = z.infer<typeof detectionSchema>;
export type FilterDocument = z.infer<typeof filterSchema>;
export type CorrelationDocument = z.infer<typeof correlationSchema>;
