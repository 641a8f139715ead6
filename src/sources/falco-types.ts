/**
 * What Falco's rules mean in Corral's words. Rule names of falcosecurity/rules and the k8saudit plugin; everything that
 * is not here keeps its own name as `falco.<rule>`, so that rules can still be written about it.
 */
const typesByRule: Readonly<Record<string, readonly string[]>> = {
  privilege_escalation: [
    "Debugfs Launched in Privileged Container",
    "Detect release_agent File Container Escapes",
    "PTRACE attached to process",
    "Non sudo setuid",
    "Set Setuid or Setgid bit",
    "Mount Launched in Privileged Container",
    "Sudo Potential Privilege Escalation",
    "Polkit Local Privilege Escalation Vulnerability (CVE-2021-4034)",
    "Potential Local Privilege Escalation via Environment Variables Misuse",
    "Privileged Container Device Access",
    "Create Privileged Pod",
    "Attach to cluster-admin Role",
    "ClusterRole With Wildcard Created",
  ],
  sensitive_file_access: [
    "Read sensitive file untrusted",
    "Read sensitive file trusted after startup",
    "Directory traversal monitored file read",
    "Search Private Keys or Passwords",
    "Find AWS Credentials",
    "Create Symlink Over Sensitive Files",
    "Create Hardlink Over Sensitive Files",
    "Read ssh information",
    "Create Sensitive Mount Pod",
    "K8s Secret Get Successfully",
  ],
  capability_added: ["Launch Excessively Capable Container", "Launch Privileged Container"],
  namespace_change: [
    "Change thread namespace",
    "Change namespace privileges via unshare",
    "Create HostPid Pod",
    "Create HostIPC Pod",
    "Create HostNetwork Pod",
  ],
};

const typeOfRule = new Map(
  Object.entries(typesByRule).flatMap(([type, rules]) => rules.map((rule) => [rule.toLowerCase(), type])),
);

/** Type of a Falco alert, by its rule, else by its tags, else `falco.<rule>` in snake case. */
export function falcoType(rule: string, tags: readonly string[], source: string): string {
  if (source === "internal" || rule.startsWith("Falco internal:")) {
    return /drop/i.test(rule) ? "sensor.drops" : "sensor.metrics";
  }
  const type = typeOfRule.get(rule.toLowerCase());
  if (type !== undefined) return type;
  return tags.includes("mitre_privilege_escalation") ? "privilege_escalation" : `falco.${slug(rule)}`;
}

function slug(rule: string): string {
  return rule
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_|_$/g, "");
}
