/** Where it was and who, as far as Tetragon says so. */
import type { JsonMap } from "../../events/security-event.ts";
import { containerIdOf, mapOf, present, textOf, wordOf } from "../fields.ts";
import { digestOf } from "../plain-names/image-names.ts";

/** In full where the pod is known, else the 15 to 31 letters that Tetragon keeps. */
export function tetragonContainer(process: JsonMap): string | null {
  const { container } = mapOf(process.pod);
  return containerIdOf(mapOf(container).id) ?? textOf(process.docker);
}

/** `value`: the whole record. */
export function tetragonContext(value: JsonMap, process: JsonMap): JsonMap {
  const pod = mapOf(process.pod);
  const container = mapOf(pod.container);
  const image = mapOf(container.image);
  return present({
    cluster: textOf(value.cluster_name),
    node: textOf(value.node_name),
    namespace: textOf(pod.namespace),
    pod: textOf(pod.name),
    pod_uid: textOf(pod.uid),
    pod_labels: Object.hasOwn(pod, "pod_labels") ? mapOf(pod.pod_labels) : null,
    workload: textOf(pod.workload),
    workload_kind: textOf(pod.workload_kind),
    container_name: textOf(container.name),
    image: textOf(image.name),
    image_digest: digestOf(textOf(image.id)),
    user: textOf(mapOf(process.user).name) ?? wordOf(process.uid),
  });
}
