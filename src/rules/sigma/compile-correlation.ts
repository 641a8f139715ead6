/** A Sigma correlation → a rule, by way of a native rule document that the rule compiler reads like any other. */
import { type CompileContext, compileRule } from "../compile-rule.ts";
import type { Rule } from "../rule.ts";
import type { FaultPath } from "../yaml-documents.ts";
import { nativeConditions } from "./correlation-conditions.ts";
import { correlationGroup } from "./correlation-group.ts";
import { pathsByMember } from "./derived-fields.ts";
import type { CorrelationEntry, Find } from "./entry.ts";
import { membersOf } from "./members.ts";
import { knownAs, nativeHead } from "./native-head.ts";

/** `raises`: it is an alert; otherwise only an event for those that refer to it. Null after a fault was reported. */
export function compileCorrelation(
  { document, content, id }: CorrelationEntry,
  find: Find,
  raises: boolean,
  context: Pick<CompileContext, "conditionTypes" | "calendar" | "lists">,
): Rule | null {
  const { correlation } = content;
  const { fault, file, line } = document;
  const members = membersOf(correlation, find, fault);
  if (members === null) return null;
  const groupBy = correlation["group-by"];
  const paths = pathsByMember(groupBy, members);
  if ("fault" in paths) {
    fault(["correlation", "group-by"], "bad-field", paths.fault);
    return null;
  }
  const deciding = [groupBy, [...paths.byMember.values()], correlation.aliases];
  const native = nativeConditions(correlation, members, deciding);
  if ("fault" in native) {
    fault(["correlation", "condition"], "bad-condition", native.fault);
    return null;
  }
  const { finish = (condition) => condition, ...what } = native;
  const head = nativeHead(content);
  const actions = raises ? {} : { actions: [{ emit: { type: `alert.${head.id}` } }] };
  const rule = compileRule(
    { ...head, window: correlation.timespan, group_by: groupBy, ...what, ...actions },
    {
      ...context,
      file,
      line,
      placeOf: (path) => document.placeOf(placeOf(path)),
      fault: (path, code, message) => fault(placeOf(path), code, message),
    },
  );
  if (rule === null) return null;
  const { group, places } = correlationGroup(groupBy, paths.byMember);
  const finished: Rule = {
    ...rule,
    id,
    knownAs: knownAs(content),
    group,
    conditions: rule.conditions.map(finish),
    emits: raises ? [] : [{ type: `alert.${id}`, severity: null }],
    reads: members.flatMap(({ entry }) => (entry.kind === "correlation" ? [`alert.${entry.id}`] : [])),
    ...(places === null ? {} : { places: (event) => places(finished, event) }),
  };
  return Object.freeze(finished);
}

/** Where in the correlation a key of the native document comes from. */
function placeOf([key, ...rest]: FaultPath): FaultPath {
  switch (key) {
    case "window":
      return ["correlation", "timespan"];
    case "group_by":
      return ["correlation", "group-by"];
    case "match":
      return ["correlation", "condition"];
    case "conditions":
      return rest.includes("type") || rest.length < 2 ? ["correlation"] : ["correlation", "condition"];
    case "name":
      return ["title"];
    default:
      return key === "tags" || key === "description" ? [key] : ["correlation"];
  }
}
