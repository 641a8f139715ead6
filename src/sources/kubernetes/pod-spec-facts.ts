/**
 * What a pod would be allowed to do on its node, read from the spec of a pod or from the template in a workload
 * (Deployment, DaemonSet, Job, CronJob, PodTemplate …).
 */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { distinctTexts, isMap, listAt, textAt, valueAt } from "../fields.ts";

export interface PodSpecFacts {
  /** `true` where it holds, else null: facts of mappings are text. */
  readonly privileged: "true" | null;
  readonly host_pid: "true" | null;
  readonly host_ipc: "true" | null;
  readonly host_network: "true" | null;
  /** Paths of the node that its volumes show. */
  readonly host_path: readonly string[];
  /** Capabilities added to any container. */
  readonly capability: readonly string[];
  readonly image: readonly string[];
  readonly node: string | null;
}

/** Where a spec may lie in an object. */
const places = [
  ["spec"],
  ["spec", "template", "spec"],
  ["spec", "jobTemplate", "spec", "template", "spec"],
  ["template", "spec"],
] as const;

export function podSpecFacts(object: JsonValue | undefined): PodSpecFacts {
  const specs = places.map((place) => valueAt(object, ...place)).filter(isMap);
  const containers = specs.flatMap((spec) =>
    ["containers", "initContainers", "ephemeralContainers"].flatMap((kind) => listAt(spec, kind)),
  );
  const holds = (key: string) => (specs.some((spec) => valueAt(spec, key) === true) ? "true" : null);
  return {
    privileged: containers.some((each) => valueAt(each, "securityContext", "privileged") === true)
      ? "true"
      : null,
    host_pid: holds("hostPID"),
    host_ipc: holds("hostIPC"),
    host_network: holds("hostNetwork"),
    host_path: distinctTexts(specs.flatMap(hostPaths)),
    capability: distinctTexts(
      containers.flatMap((each) => listAt(each, "securityContext", "capabilities", "add")),
    ),
    image: distinctTexts(containers.map((each) => valueAt(each, "image"))),
    node: textAt(object, "spec", "nodeName"),
  };
}

function hostPaths(spec: JsonMap): readonly (JsonValue | undefined)[] {
  return listAt(spec, "volumes").map((volume) => valueAt(volume, "hostPath", "path"));
}
