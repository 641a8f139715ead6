/**
 * One YAML document → one Rule, or all its faults with their places. Nothing here reads a clock or an event; what is
 * wrong is found now, so that a rule that loads can be judged.
 */
import { createHash } from "node:crypto";
import type { z } from "zod";
import { parseDuration } from "../events/duration.ts";
import { compileGroup } from "../events/group-key.ts";
import { type Calendar, compileTimePattern, type TimePattern, timePatternSchema } from "./calendar.ts";
import type { AnyConditionType, Condition, ConditionContext } from "./condition-type.ts";
import { allConditions, type Expression, parseExpression } from "./expression.ts";
import { judgedWhen } from "./judged-when.ts";
import { keysAt } from "./keys-at.ts";
import { allOf, anyOf, compilePredicate, type Predicate } from "./predicate/compile-predicate.ts";
import { nearest } from "./predicate/nearest.ts";
import type { EmittedEvent, PlannedAction, Rule } from "./rule.ts";
import { type RuleDocument, ruleSchema } from "./rule-schema.ts";
import { inShadow } from "./shadow.ts";

export type FaultPath = readonly (string | number)[];

export interface CompileContext {
  readonly conditionTypes: readonly AnyConditionType[];
  readonly calendar: Calendar;
  /** Named lists for `|expand`. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly file: string;
  readonly line: number;
  /** Line and column of a place inside the document, from 1. */
  placeOf?(path: FaultPath): { readonly line: number; readonly column: number };
  /** Reports a fault at a place inside the document. */
  fault(path: FaultPath, code: string, message: string): void;
}

/** Null after a fault was reported. */
export function compileRule(document: unknown, context: CompileContext): Rule | null {
  const parsed = ruleSchema.safeParse(document);
  if (!parsed.success) {
    reportIssues(parsed.error, document, [], context, ruleSchema);
    return null;
  }
  const raw = parsed.data;
  const compiler = new RuleCompiler(raw, context);
  const rule = compiler.compile(document as Readonly<Record<string, unknown>>);
  return rule !== null && raw.mode === "shadow" ? inShadow(rule) : rule;
}

class RuleCompiler {
  readonly #raw: RuleDocument;
  readonly #context: CompileContext;
  #failed = false;

  constructor(raw: RuleDocument, context: CompileContext) {
    this.#raw = raw;
    this.#context = context;
  }

  compile(document: Readonly<Record<string, unknown>>): Rule | null {
    const raw = this.#raw;
    const window = parseDuration(raw.window)!;
    const common = raw.where === undefined ? null : this.predicateAt(["where"], raw.where);
    const except = this.#except();
    const conditions = this.#conditions(window, common);
    const expression = this.#expression(conditions);
    this.#timePatternsAlone(conditions, common, window);
    if (this.#failed) return null;
    const judged = judgedWhen(conditions, expression, window, (code, message) =>
      this.#fault([raw.match === undefined ? "conditions" : "match"], code, message),
    );
    const forEach = this.#forEach(window);
    if (this.#failed) return null;

    const groupBy = typeof raw.group_by === "string" ? [raw.group_by] : raw.group_by;
    const { tests: _tests, ...withoutTests } = document;
    const {
      conditions: what,
      where,
      match,
      except: exceptions,
      window: span,
      group_by,
      allowed_lateness,
      for_each,
    } = document;
    return Object.freeze({
      id: raw.id,
      name: raw.name ?? raw.id,
      description: raw.description ?? "",
      severity: raw.severity ?? severityOfAlert(raw) ?? "medium",
      tags: raw.tags,
      window,
      groupBy,
      group: compileGroup(groupBy),
      conditions,
      expression,
      except,
      lateness: raw.allowed_lateness === undefined ? null : parseDuration(raw.allowed_lateness)!,
      actions: raw.actions.flatMap((action) =>
        "emit" in action ? [] : [plannedAction(action as NamedAction)],
      ),
      emits: raw.actions.flatMap((action) => ("emit" in action ? [emitted(action as EmitAction)] : [])),
      alerts:
        raw.actions.some((action) => "type" in action && action.type === "alert") ||
        !raw.actions.some((action) => "emit" in action),
      enabled: raw.enabled,
      mode: "live",
      judged: forEach === null ? judged : "each",
      forEach,
      retention: window + Math.max(0, ...conditions.map(({ lookback }) => lookback ?? 0)),
      consults: conditions.some(({ consults }) => consults !== undefined),
      wantsHistory: conditions.some(({ wantsHistory }) => wantsHistory === true),
      version: shortHash(withoutTests),
      decides: shortHash({ what, where, match, exceptions, span, group_by, allowed_lateness, for_each }),
      tests: raw.tests,
      file: this.#context.file,
      line: this.#context.line,
      conditionsAt: this.#context.placeOf?.(["conditions"]) ?? { line: this.#context.line, column: 1 },
    } satisfies Rule);
  }

  #conditions(window: number, common: Predicate | null): Condition[] {
    const { conditions } = this.#raw;
    const entries = Array.isArray(conditions)
      ? conditions.map((each, index) => ({ each, path: ["conditions", index], name: each.name }))
      : Object.entries(conditions).map(([name, each]) => ({ each, path: ["conditions", name], name }));
    if (entries.length > maxConditions) {
      this.#fault(
        ["conditions"],
        "too-many",
        `a rule has at most ${maxConditions} conditions: this has ${entries.length}`,
      );
    }
    const compiled: Condition[] = [];
    for (const { each, path, name } of entries) {
      const condition = this.#condition(each, path, name, window, common);
      if (condition !== null) compiled.push(condition);
    }
    return compiled;
  }

  #condition(
    each: Readonly<Record<string, unknown>> & { readonly type: string },
    path: FaultPath,
    givenName: string | undefined,
    windowMs: number,
    common: Predicate | null,
  ): Condition | null {
    const { conditionTypes } = this.#context;
    const type = conditionTypes.find((candidate) => candidate.type === each.type);
    if (type === undefined) {
      const known = conditionTypes.map((candidate) => candidate.type);
      this.#fault([...path, "type"], "unknown-type", unknownWord("condition type", each.type, known));
      return null;
    }
    const { type: _type, name: _name, where, value, ...own } = each;
    const parts = common === null ? [] : [common];
    if (where !== undefined) {
      const predicate = this.predicateAt([...path, "where"], where);
      if (predicate === null) return null;
      parts.push(predicate);
    }
    if ("value" in each) {
      if (typeof each.field !== "string") {
        this.#fault(
          [...path, "value"],
          "value-without-field",
          "value needs field beside it: together they stand for where",
        );
        return null;
      }
      const predicate = this.predicateAt([...path, "value"], { [each.field]: value });
      if (predicate === null) return null;
      parts.push(predicate);
    }
    const options = type.options.safeParse(own);
    if (!options.success) {
      reportIssues(options.error, own, path, this.#context, type.options, sharedKeys);
      this.#failed = true;
      return null;
    }
    const context: ConditionContext = {
      name: givenName ?? defaultName(each, value),
      predicate: parts.length === 0 ? null : parts.length === 1 ? parts[0]! : allOf(parts),
      windowMs,
      predicateAt: (below, nested) => this.predicateAt([...path, ...below], nested),
      timePattern: (below, pattern) => this.#timePattern([...path, ...below], pattern),
      duration: (below, text) => {
        const duration = parseDuration(text);
        if (duration === undefined)
          this.#fault([...path, ...below], "bad-duration", `a duration like 30s or 5m: found "${text}"`);
        return duration ?? null;
      },
      fault: (below, code, message) => this.#fault([...path, ...below], code, message),
    };
    const condition = type.compile(options.data, context);
    if (condition === null) this.#failed = true;
    return condition;
  }

  predicateAt(path: FaultPath, where: unknown): Predicate | null {
    const result = compilePredicate(where, { lists: this.#context.lists });
    if ("predicate" in result) return result.predicate;
    for (const fault of result.faults) this.#fault([...path, ...fault.path], fault.code, fault.message);
    return null;
  }

  #timePattern(path: FaultPath, pattern: unknown): TimePattern | null {
    const { calendar } = this.#context;
    if (typeof pattern === "string") {
      const named = calendar.get(pattern);
      if (named === undefined) {
        this.#fault(path, "unknown-name", unknownWord("time pattern", pattern, [...calendar.keys()]));
      }
      return named ?? null;
    }
    const own = timePatternSchema.safeParse(pattern);
    if (own.success) return compileTimePattern(own.data);
    reportIssues(own.error, pattern, path, this.#context, timePatternSchema);
    this.#failed = true;
    return null;
  }

  /** The listed values of the one field that the rule groups by. */
  #forEach(window: number): readonly string[] | null {
    const { for_each: listed, group_by: groupBy } = this.#raw;
    if (listed === undefined) return null;
    const [field, ...others] = Object.keys(listed);
    const fields = typeof groupBy === "string" ? [groupBy] : groupBy;
    if (field === undefined || others.length > 0 || fields.length !== 1 || fields[0] !== field) {
      this.#fault(
        ["for_each"],
        "bad-for-each",
        `for_each lists the one field of group_by: current value is ${fields.join(", ")}`,
      );
      return null;
    }
    if (window === 0) {
      this.#fault(["for_each"], "no-window", "for_each judges whole windows: window must be above 0s");
      return null;
    }
    return [...new Set(listed[field]!)];
  }

  #except(): Predicate | null {
    const entries = this.#raw.except ?? [];
    const predicates = entries.map((where, index) => this.predicateAt(["except", index], where));
    const compiled = predicates.filter((predicate) => predicate !== null);
    return compiled.length === 0 ? null : anyOf(compiled);
  }

  #expression(conditions: readonly Condition[]): Expression {
    const { match } = this.#raw;
    if (match === undefined || this.#failed) return allConditions(conditions.length);
    const expression = parseExpression(
      match,
      conditions.map(({ name }) => name),
    );
    if ("fault" in expression) {
      this.#fault(["match"], "bad-expression", expression.fault);
      return allConditions(conditions.length);
    }
    return expression;
  }

  /** Without any condition that has relevant events of its own, what passes `where` is relevant. */
  #timePatternsAlone(conditions: Condition[], common: Predicate | null, window: number): void {
    if (this.#failed || conditions.some(({ kind }) => kind !== "instant")) return;
    if (common === null) {
      this.#fault(
        ["conditions"],
        "where-missing",
        "a rule of time patterns alone needs where: what passes it is relevant",
      );
      return;
    }
    const counted = this.#context.conditionTypes.find(({ type }) => type === "event_count")!;
    const condition = counted.compile(counted.options.parse({}), {
      name: "event",
      predicate: common,
      windowMs: window,
      predicateAt: () => null,
      timePattern: () => null,
      duration: () => null,
      fault: () => {},
    });
    conditions.push(condition!);
  }

  #fault(path: FaultPath, code: string, message: string): void {
    this.#failed = true;
    this.#context.fault(path, code, message);
  }
}

const maxConditions = 30;

function defaultName(each: Readonly<Record<string, unknown>>, value: unknown): string {
  if (typeof value === "string") return value;
  const { where } = each;
  if (where !== null && typeof where === "object" && "type" in where && typeof where.type === "string")
    return where.type;
  return typeof each.field === "string" ? each.field : String(each.type);
}

function severityOfAlert(raw: RuleDocument): RuleDocument["severity"] {
  const alert = raw.actions.find((action) => "type" in action && action.type === "alert");
  return alert === undefined ? undefined : (alert as NamedAction).severity;
}

type EmitAction = Extract<RuleDocument["actions"][number], { emit: unknown }>;
type NamedAction = Exclude<RuleDocument["actions"][number], EmitAction>;

function emitted({ emit: { type, severity } }: EmitAction): EmittedEvent {
  return { type, severity: severity ?? null };
}

function plannedAction({ type, ...parameters }: NamedAction): PlannedAction {
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
  return {
    type,
    parameters: Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, text(value)])),
  };
}

function shortHash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);
}

/** `Cannot …: "x" is no condition type; did you mean "y"?` */
export function unknownWord(kind: string, found: string, known: readonly string[]): string {
  const suggestion = nearest(found, known);
  const hint = suggestion === undefined ? `known are ${known.join(", ")}` : `did you mean "${suggestion}"?`;
  return `"${found}" is no ${kind}; ${hint}`;
}

/** What every condition may carry beside its type's options. */
const sharedKeys = ["type", "name", "where", "value"];

/**
 * Zod's issues as faults, unknown keys with the nearest of those that are known there. `shared`: keys known at the root
 * beside those of the schema.
 */
export function reportIssues(
  error: z.ZodError,
  value: unknown,
  base: FaultPath,
  context: Pick<CompileContext, "fault">,
  schema: z.ZodType,
  shared: readonly string[] = [],
): void {
  for (const issue of error.issues.flatMap(innermost)) {
    const path = [...base, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
    if (issue.code === "unrecognized_keys") {
      const known = [...(issue.path.length === 0 ? shared : []), ...keysAt(schema, issue.path)];
      for (const key of issue.keys) context.fault([...path, key], "unknown-key", unknownKey(key, known));
    } else {
      context.fault(path, "bad-value", `${issue.message}: found ${shown(valueAt(value, issue.path))}`);
    }
  }
}

function unknownKey(key: string, known: readonly string[]): string {
  const suggestion = nearest(key, known);
  const hint = suggestion === undefined ? `known are ${known.join(", ")}` : `did you mean "${suggestion}"?`;
  return `"${key}" is no key here; ${hint}`;
}

/** Of a value that has several shapes the issues inside it, where it has one of the shapes but for these. */
function innermost(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const inside = issue.errors.find((issues) => issues.every(({ path }) => path.length > 0));
  if (inside === undefined || inside.length === 0) return [issue];
  return inside.flatMap((each) => innermost({ ...each, path: [...issue.path, ...each.path] }));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
