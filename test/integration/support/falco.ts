import { randomUUID } from "node:crypto";

/** Falco rule, and the second at which it speaks: an escape as Falco's stable and incubating rules report it. */
const steps: readonly (readonly [rule: string, second: number, tags: readonly string[]])[] = [
  ["Read sensitive file untrusted", 0, ["", "container", "filesystem", "mitre_credential_access"]],
  [
    "Detect release_agent File Container Escapes",
    12,
    ["", "container", "mitre_privilege_escalation", "process"],
  ],
  ["Launch Excessively Capable Container", 25, ["", "container", "cis", "mitre_execution"]],
  ["Change thread namespace", 41, ["", "container", "host", "mitre_privilege_escalation"]],
];

/** The records of one escape, in falcosidekick's field order, with a new uuid each time. */
export function falcosidekickEscape(container: string, start: number): readonly string[] {
  return steps.map(([rule, second, tags]) => {
    const at = start + second * 1000;
    const time = new Date(at).toISOString().replace("Z", "123456Z");
    return `{"uuid":"${randomUUID()}",${JSON.stringify({
      output: `${time.slice(11, 29)}: Warning ${rule} (container_id=${container})`,
      priority: "Warning",
      rule,
      time,
      output_fields: {
        "container.id": container,
        "container.image.repository": "registry.example.org/checkout",
        "evt.time": "@",
        "k8s.ns.name": "shop",
        "k8s.pod.name": "checkout-7d9f",
        "proc.cmdline": "sh -c id",
        "proc.name": "sh",
        "user.name": "root",
      },
      source: "syscall",
      tags,
      hostname: "node-1",
    })
      .slice(1)
      .replace('"@"', `${at}123456`)}`;
  });
}
