/**
 * `details` of a request to the Kubernetes API: the plain names that rules ask for, then what the API server said.
 *
 * The objects of secrets and tokens are not passed on; `withheld` names them.
 */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { isMap, listAt, mapAt, present, textAt, without } from "../fields.ts";
import type { KubernetesFacts } from "./facts.ts";

/** Resources whose objects are credentials. */
const credentials = new Set(["secrets", "serviceaccounts/token", "tokenreviews"]);

/** `user` is a plain name, so the map that the API server has there is kept under dotted keys. */
export function kubernetesDetails(value: JsonMap, facts: KubernetesFacts): JsonMap {
  const { verb, resource, subresource, api_group, name, user, impersonated_user, decision, code } = facts;
  const plain = present({
    verb,
    resource,
    subresource,
    api_group,
    name,
    response_code: code === null ? null : Number(code),
    decision,
    user,
    impersonated_user,
    src_ip: textAt(listAt(value, "sourceIPs").at(-1)),
    file: textAt(value, "requestURI"),
    ...execOf(value, subresource),
    privileged: facts.privileged === "true" || null,
    host_path: facts.host_path,
    host_pid: facts.host_pid === "true" || null,
    host_ipc: facts.host_ipc === "true" || null,
    host_network: facts.host_network === "true" || null,
    capability: facts.capability,
    images: facts.image,
    role_ref: facts.role_ref,
    subjects: facts.subject,
    wildcard: facts.wildcard,
  });
  const dotted = Object.entries(mapAt(value, "user")).map(([key, each]) => [`user.${key}`, each]);
  const said = withheld(without(value, "user"), facts.target);
  return { ...plain, ...Object.fromEntries(dotted), ...said, ...plain };
}

/** Characters of a request's address that are looked into; the API server takes no longer ones. */
const longestUri = 64 * 1024;

/** `…/exec?command=sh&command=-c&container=web&tty=true` */
function execOf(value: JsonMap, subresource: string | null): JsonMap {
  if (subresource !== "exec" && subresource !== "attach") return {};
  const uri = (textAt(value, "requestURI") ?? "").slice(0, longestUri);
  const query = new URLSearchParams(uri.slice(uri.indexOf("?") + 1 || uri.length));
  return present({
    command: query.getAll("command").join(" "),
    container_name: query.get("container"),
    stdin: query.get("stdin") === "true" || null,
    tty: query.get("tty") === "true" || null,
  });
}

/** Without credentials, and without the API server's bookkeeping of who manages which field. */
function withheld(value: JsonMap, target: string | null): JsonMap {
  const objects = ["requestObject", "responseObject"].filter((key) => Object.hasOwn(value, key));
  if (target !== null && credentials.has(target)) {
    return objects.length === 0 ? value : { ...without(value, ...objects), withheld: objects };
  }
  const bare = objects.map((key) => [key, withoutManagedFields(value[key] as JsonValue)]);
  return { ...value, ...Object.fromEntries(bare) };
}

function withoutManagedFields(object: JsonValue): JsonValue {
  const metadata = mapAt(object, "metadata");
  if (!isMap(object) || !Object.hasOwn(metadata, "managedFields")) return object;
  return { ...object, metadata: without(metadata, "managedFields") };
}
