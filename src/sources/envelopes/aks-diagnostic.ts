/**
 * Diagnostic logs of Azure Kubernetes Service (categories kube-audit, kube-audit-admin, guard …): the line is
 * `properties.log`, text or map. Event Hubs deliver them in `records[]`. `properties.pod` is the pod that wrote the line,
 * of an audit event that of the API server.
 */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { containerIdOf, isMap, listAt, present, textAt, valueAt, without } from "../fields.ts";
import type { Envelope } from "../source.ts";
import { inside } from "../standing-in.ts";
import { timeOf } from "../time-of.ts";
import { logged } from "./logged.ts";
import { nameAt } from "./written-by.ts";

export const aksDiagnostic: Envelope = {
  name: "aks-diagnostic",
  keys: ["properties", "records"],
  recognises: (value) => isDiagnostic(value) || listAt(value, "records").some(isDiagnostic),
  open: (value, around) => {
    if (!isDiagnostic(value)) return listAt(value, "records").map((record) => ({ value: record, around }));
    const line = valueAt(value, "properties", "log") ?? "";
    return [
      {
        value: typeof line === "string" ? logged(line) : line,
        around: inside(around, {
          time: timeOf(value.time),
          container_id: containerIdOf(nameAt(value, "properties", "containerID")),
          enrichment: present({ cluster: clusterOf(value), pod: nameAt(value, "properties", "pod") }),
        }),
        fields: without(value, "properties"),
      },
    ];
  },
};

function isDiagnostic(value: JsonValue): boolean {
  const log = valueAt(value, "properties", "log");
  return typeof log === "string" || isMap(log);
}

/** `/SUBSCRIPTIONS/…/MANAGEDCLUSTERS/NAME`: Azure writes it in capitals, its own names are in lower case. */
function clusterOf(value: JsonMap): string | null {
  const id = textAt(value, "resourceId") ?? "";
  const [, name] = /\/managedclusters\/([^/]{1,63})$/i.exec(id.slice(-128)) ?? [];
  return name?.toLowerCase() ?? null;
}
