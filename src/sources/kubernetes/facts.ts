/** What a request to the Kubernetes API offers to mappings; mappings/kubernetes-audit.yml lists the keys. */
import type { JsonMap } from "../../events/security-event.ts";
import { distinctTexts, listAt, mapAt, numberAt, textAt } from "../fields.ts";
import { podSpecFacts } from "./pod-spec-facts.ts";
import { rbacFacts } from "./rbac-facts.ts";

const writing = new Set(["create", "update", "patch"]);

export type KubernetesFacts = ReturnType<typeof kubernetesFacts>;

export function kubernetesFacts(value: JsonMap) {
  const resource = textAt(value, "objectRef", "resource");
  const subresource = textAt(value, "objectRef", "subresource");
  const verb = textAt(value, "verb");
  const code = numberAt(value, "responseStatus", "code");
  const object = writtenObject(value, verb, subresource);
  return {
    verb,
    resource,
    subresource,
    /** As roles write it: `pods/exec`. */
    target: resource === null || subresource === null ? resource : `${resource}/${subresource}`,
    api_group: textAt(value, "objectRef", "apiGroup"),
    namespace: textAt(value, "objectRef", "namespace"),
    name: nameOf(value),
    code: code === null ? null : String(code),
    outcome: code !== null && code >= 400 ? "failure" : "success",
    decision: textAt(value, "annotations", "authorization.k8s.io/decision"),
    user: textAt(value, "user", "username"),
    user_group: distinctTexts(listAt(value, "user", "groups")),
    impersonated_user: textAt(value, "impersonatedUser", "username"),
    user_agent: textAt(value, "userAgent"),
    ...podSpecFacts(object),
    ...rbacFacts(object),
  };
}

/** What was written; of a JSON patch, a list, only the answer shows it. Status and scale of an object write no more. */
function writtenObject(value: JsonMap, verb: string | null, subresource: string | null): JsonMap | null {
  if (verb === null || !writing.has(verb) || subresource === "status" || subresource === "scale") return null;
  return Array.isArray(value.requestObject) ? mapAt(value, "responseObject") : mapAt(value, "requestObject");
}

/** A pod that a controller creates gets its name with the answer. */
function nameOf(value: JsonMap): string | null {
  return textAt(value, "objectRef", "name") ?? textAt(value, "responseObject", "metadata", "name");
}
