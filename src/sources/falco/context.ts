/** Who, what and where it was, as far as Falco's fields say so. */
import type { JsonMap } from "../../events/security-event.ts";
import { present, textOf, wordOf } from "../fields.ts";
import { taggedImage } from "../plain-names/image-names.ts";
import { type FalcoField, falcoFields } from "./plain-fields.ts";

/** `hostname`: what Falco calls its host: the node, or its own pod. */
export function falcoContext(fields: JsonMap, hostname: string | null): JsonMap {
  const field = falcoFields(fields);
  const text = (name: string) => textOf(field(name));
  const ofPod = text("ka.target.resource") === "pods";
  const container = text("container.name");
  const workload = text("k8smeta.deployment.name") ?? text("k8s.deployment.name");
  return present({
    namespace: text("k8s.ns.name") ?? text("k8smeta.ns.name") ?? text("ka.target.namespace"),
    pod: text("k8s.pod.name") ?? text("k8smeta.pod.name") ?? (ofPod ? text("ka.target.name") : null),
    pod_uid: text("k8s.pod.uid") ?? text("k8smeta.pod.uid"),
    workload,
    workload_kind: workload === null ? null : "Deployment",
    node: hostname,
    user:
      text("user.name") ??
      wordOf(field("user.uid")) ??
      text("ka.user.name") ??
      text("gcp.user") ??
      text("ct.user"),
    container_name: container === "host" ? null : container,
    image: imageOf(field),
    image_digest: text("container.image.digest"),
  });
}

function imageOf(field: FalcoField): string | null {
  const repository = textOf(field("container.image.repository"));
  const tag = textOf(field("container.image.tag"));
  if (repository === null) return textOf(field("container.image"));
  return taggedImage(repository, tag);
}
