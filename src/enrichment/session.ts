/**
 * A human's way into a container through the Kubernetes API: exec, attach, or an ephemeral container. Opened by the audit
 * event of the request, and kept in the table `sessions` for all enrichers.
 */

import { compilePath } from "../events/field-path.ts";
import type { JsonMap, SecurityEvent } from "../events/security-event.ts";
import { singleText } from "../events/single-text.ts";

export interface Session {
  /** Audit id of the request; the same for all its stages. */
  readonly session_id: string;
  readonly kind: "exec" | "attach" | "ephemeral_container";
  /** The real actor, also where somebody else was impersonated. */
  readonly user: string;
  readonly impersonated_user: string | null;
  readonly groups: readonly string[];
  readonly source_ip: string | null;
  /** `namespace/pod`, before it the cluster where it is known. */
  readonly pod: string;
  /** Name of the container inside the pod; null: the request names none, or was not logged so far. */
  readonly container: string | null;
  readonly command: string | null;
  /** Event times, epoch milliseconds; `closed_at` null: not known to have ended. */
  readonly opened_at: number;
  readonly closed_at: number | null;
}

/** By subresource, which whoever calls the API chooses. */
const kinds: ReadonlyMap<string, Session["kind"]> = new Map([
  ["exec", "exec"],
  ["attach", "attach"],
  ["ephemeralcontainers", "ephemeral_container"],
]);

const subresource = compilePath("details.objectRef.subresource");
const namespace = compilePath("details.objectRef.namespace");
const name = compilePath("details.objectRef.name");
const uri = compilePath("details.requestURI");
const auditId = compilePath("details.auditID");
const stage = compilePath("details.stage");
const stageTime = compilePath("details.stageTimestamp");
const code = compilePath("details.responseStatus.code");
const user = compilePath("details.user.username");
const impersonated = compilePath("details.impersonatedUser.username");
const groups = compilePath("details.user.groups");
const added = compilePath("details.requestObject.spec.ephemeralContainers.name");
const sourceIp = compilePath("details.src_ip");

/** The session that an audit event tells of; null: it tells of none, or of one that was refused. */
export function sessionOf(event: SecurityEvent): Session | null {
  if (event.source !== "k8s_audit") return null;
  const kind = kinds.get(singleText(subresource(event)) ?? "");
  const [actor, id, pod] = [user, auditId, name].map((field) => singleText(field(event)));
  const podKey =
    pod === undefined ? undefined : podKeyOf(event.enrichment, singleText(namespace(event)), pod);
  if (kind === undefined || actor === undefined || id === undefined || podKey === undefined) return null;
  const status = code(event);
  if (typeof status === "number" && status >= 400) return null;
  const query = queryOf(singleText(uri(event)) ?? "");
  const commands = query.getAll("command").join(" ");
  const ended = kind !== "ephemeral_container" && singleText(stage(event)) === "ResponseComplete";
  // Clouds that tell of a request once, when it begins, say no time of its end.
  const end = Date.parse(singleText(stageTime(event)) ?? "");
  const listed = groups(event);
  return {
    session_id: id,
    kind,
    user: actor,
    impersonated_user: singleText(impersonated(event)) ?? null,
    groups: Array.isArray(listed) ? listed.filter((group): group is string => typeof group === "string") : [],
    source_ip: singleText(sourceIp(event)) ?? null,
    pod: podKey,
    container: kind === "ephemeral_container" ? addedTo(event) : query.get("container"),
    command: commands === "" ? null : commands.slice(0, 1_024),
    opened_at: event.timestamp,
    closed_at: ended && !Number.isNaN(end) ? Math.max(event.timestamp, end) : null,
  };
}

/** The container that a request adds to a running pod; null: not logged, or several. */
function addedTo(event: SecurityEvent): string | null {
  return singleText(added(event)) ?? null;
}

/** `cluster/namespace/pod`; undefined where half of it is missing. */
export function podKeyOf(
  enrichment: JsonMap,
  namespace: string | undefined,
  pod: string | undefined,
): string | undefined {
  if (namespace === undefined || pod === undefined) return undefined;
  const cluster = singleText(enrichment.cluster);
  return cluster === undefined ? `${namespace}/${pod}` : `${cluster}/${namespace}/${pod}`;
}

function queryOf(requestUri: string): URLSearchParams {
  const mark = requestUri.indexOf("?");
  return new URLSearchParams(mark < 0 ? "" : requestUri.slice(mark + 1, mark + 1 + 8_192));
}
