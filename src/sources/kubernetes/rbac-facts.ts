/** What a role would permit and to whom a binding would give it, read from an object of rbac.authorization.k8s.io. */
import type { JsonValue } from "../../events/security-event.ts";
import { distinctTexts, listAt, textAt, valueAt } from "../fields.ts";

export interface RbacFacts {
  /** Which parts of a rule are `*`: `verbs`, `resources`. */
  readonly wildcard: readonly string[];
  readonly rule_verb: readonly string[];
  readonly rule_resource: readonly string[];
  /** Name of the role that a binding gives. */
  readonly role_ref: string | null;
  readonly subject: readonly string[];
}

export function rbacFacts(object: JsonValue | undefined): RbacFacts {
  const rules = listAt(object, "rules");
  const verbs = rules.flatMap((rule) => listAt(rule, "verbs"));
  const resources = rules.flatMap((rule) => listAt(rule, "resources"));
  return {
    wildcard: [...(verbs.includes("*") ? ["verbs"] : []), ...(resources.includes("*") ? ["resources"] : [])],
    rule_verb: distinctTexts(verbs),
    rule_resource: distinctTexts(resources),
    role_ref: textAt(object, "roleRef", "name"),
    subject: distinctTexts(listAt(object, "subjects").map((subject) => valueAt(subject, "name"))),
  };
}
