/**
 * One YAML document → one Rule, or all its faults with their places. Nothing here reads a clock or an event; what is
 * wrong is found now, so that a rule that loads can be judged.
 */
import { createHash } from "node:crypto";
import { parseDuration } from "../events/duration.ts";
import { compileGroup } from "../events/group-key.ts";
import { type Calendar, compileTimePattern, type TimePattern, timePatternSchema } from "./calendar.ts";
import type { AnyConditionType, Condition, ConditionContext } from "./condition-type.ts";
import { allConditions, type Expression, parseExpression } from "./expression.ts";
import { judgedWhen } from "./judged-when.ts";
import { allOf, anyOf, compilePredicate, type Predicate } from "./predicate/compile-predicate.ts";
import { type FaultReport, parseWith, unknownWord } from "./report-issues.ts";
import type { EmittedEvent, PlannedAction, Rule } from "./rule.ts";
import { type ConditionSource, type RuleDocument, ruleSchema } from "./rule-schema.ts";
import { inShadow } from "./shadow.ts";
import { type SoundParts, soundParts } from "./sound-parts.ts";
import type { FaultPath } from "./yaml-documents.ts";

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
  const fault: FaultReport = (...found) => context.fault(...found);
  const raw = parseWith(ruleSchema, document, fault);
  if (raw === null) {
    const sound = soundParts(document);
    if (sound !== null) new RuleCompiler(sound, { ...context, fault: withoutFollowing(fault) }).check();
    return null;
  }
  const rule = new RuleCompiler(raw, context).compile(raw, document as Readonly<Record<string, unknown>>);
  return rule !== null && raw.mode === "shadow" ? inShadow(rule) : rule;
}

/** Of a document with faults: what else is wrong with it, but not what may come of the faults already told. */
function withoutFollowing(fault: FaultReport): FaultReport {
  return (path, code, message) => {
    if (code !== "where-missing" && code !== "no-window") fault(path, code, message);
  };
}

/** One entry of `conditions`, and the name it goes by. */
interface ConditionEntry {
  readonly each: ConditionSource;
  readonly path: FaultPath;
  readonly name: string;
}

class RuleCompiler {
  readonly #raw: SoundParts;
  readonly #context: CompileContext;
  #failed = false;

  constructor(raw: SoundParts, context: CompileContext) {
    this.#raw = raw;
    this.#context = context;
  }

  /** Reports the faults of what is there. */
  check(): void {
    this.#parts(parseDuration(this.#raw.window)!);
  }

  #parts(window: number) {
    const { where } = this.#raw;
    const common = where === undefined ? null : this.predicateAt(["where"], where);
    const except = this.#except();
    const entries = this.#entries();
    const conditions = this.#conditions(entries, window, common);
    const expression = this.#expression(entries);
    return { common, except, conditions, expression };
  }

  compile(raw: RuleDocument, document: Readonly<Record<string, unknown>>): Rule | null {
    const window = parseDuration(raw.window)!;
    const { common, except, conditions, expression } = this.#parts(window);
    const forEach = this.#forEach(raw, window);
    this.#timePatternsAlone(conditions, common, window);
    if (this.#failed) return null;
    const judged = judgedWhen(conditions, expression, window, (code, message) =>
      this.#fault([raw.match === undefined ? "conditions" : "match"], code, message),
    );
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

  #entries(): readonly ConditionEntry[] {
    const { conditions } = this.#raw;
    const entries = Array.isArray(conditions) ? [...conditions.entries()] : Object.entries(conditions);
    const named = entries.flatMap(([key, each]) => (each === undefined ? [] : [entryOf(key, each)]));
    if (named.length > maxConditions) {
      this.#fault(
        ["conditions"],
        "too-many",
        `a rule has at most ${maxConditions} conditions: this has ${named.length}`,
      );
    }
    return named;
  }

  #conditions(entries: readonly ConditionEntry[], window: number, common: Predicate | null): Condition[] {
    return entries.flatMap((entry) => {
      const condition = this.#condition(entry, window, common);
      return condition === null ? [] : [condition];
    });
  }

  #condition(
    { each, path, name }: ConditionEntry,
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
    const fault: FaultReport = (...found) => this.#fault(...found);
    const options = parseWith(type.options, own, fault, {
      at: path,
      shared: sharedKeys,
    });
    if (options === null) return null;
    const context: ConditionContext = {
      name,
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
    const condition = type.compile(options, context);
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
    const own = parseWith(timePatternSchema, pattern, (...found) => this.#fault(...found), { at: path });
    return own === null ? null : compileTimePattern(own);
  }

  /** The listed values of the one field that the rule groups by. */
  #forEach({ for_each: listed, group_by: groupBy }: RuleDocument, window: number): readonly string[] | null {
    if (listed === undefined) return null;
    const found = Object.keys(listed);
    const fields = typeof groupBy === "string" ? [groupBy] : groupBy;
    const [field] = fields;
    if (field === undefined || fields.length > 1 || found.length !== 1 || found[0] !== field) {
      const message = `for_each must list values of the one field of group_by, which is ${shownFields(fields)}: found ${shownFields(found)}`;
      this.#fault(["for_each"], "bad-for-each", message);
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

  #expression(entries: readonly ConditionEntry[]): Expression {
    const { match } = this.#raw;
    if (match === undefined) return allConditions(entries.length);
    const expression = parseExpression(
      match,
      entries.map(({ name }) => name),
    );
    if ("fault" in expression) {
      this.#fault(["match"], "bad-expression", expression.fault);
      return allConditions(entries.length);
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

function entryOf(key: string | number, each: ConditionSource): ConditionEntry {
  const name = typeof key === "string" ? key : (each.name ?? defaultName(each));
  return { each, path: ["conditions", key], name };
}

function defaultName(each: ConditionSource): string {
  const { where, value } = each;
  if (typeof value === "string") return value;
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

function shownFields(fields: readonly string[]): string {
  return fields.join(", ") || "none";
}

function shortHash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);
}

/** What every condition may carry beside its type's options. */
const sharedKeys = ["type", "name", "where", "value"];
