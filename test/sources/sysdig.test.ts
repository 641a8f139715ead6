import { describe, expect, it } from "vitest";
import { readOne } from "./support.ts";

const event = `{
  "id": "164ace360cc3cfbc26ec22d61b439500", "timestamp": 1719511806123456789,
  "timestampRFC3339Nano": "2024-06-27T18:10:06.123456789Z", "severity": 5, "source": "syscall",
  "name": "Notable container activity", "containerId": "9bd4ecf1a2c3",
  "content": {
    "ruleName": "Terminal shell in container", "ruleTags": ["container", "mitre_execution"], "output": "A shell (user=root)",
    "fields": { "container.id": "9bd4ecf1a2c3", "proc.name": "sh", "proc.cmdline": "sh -i", "proc.pid": 1234567890123456789,
                "proc.pname": "runc", "user.name": "root", "fd.name": "/dev/pts/0" } },
  "labels": { "kubernetes.cluster.name": "prod", "kubernetes.namespace.name": "shop", "kubernetes.pod.name": "web-1",
              "kubernetes.node.name": "n1", "kubernetes.workload.name": "web", "kubernetes.workload.type": "deployment",
              "container.image.repo": "docker.io/nginx", "container.image.tag": "1.27" } }`;

const withRule = (ruleName: string, more: object = {}) =>
  readOne({ ...JSON.parse(event), ...more, content: { ruleName, ruleTags: [] } });

describe("sysdig", () => {
  it("reads an event", () => {
    const { details, ...read } = readOne(event);
    expect(read).toEqual({
      id: "164ace360cc3cfbc26ec22d61b439500",
      timestamp: Date.UTC(2024, 5, 27, 18, 10, 6, 123),
      container_id: "9bd4ecf1a2c3",
      type: "shell_in_container",
      severity: "medium",
      source: "sysdig",
      enrichment: {
        cluster: "prod",
        node: "n1",
        namespace: "shop",
        pod: "web-1",
        workload: "web",
        workload_kind: "Deployment",
        image: "docker.io/nginx:1.27",
        user: "root",
      },
    });
    expect(details).toMatchObject({
      process_name: "sh",
      command_line: "sh -i",
      pid: "1234567890123456789",
      parent_process_name: "runc",
      file: "/dev/pts/0",
      rule: "Terminal shell in container",
      tags: ["container", "mitre_execution"],
      policy: "Notable container activity",
      timestamp: "1719511806123456789",
      "proc.pname": "runc",
      "kubernetes.pod.name": "web-1",
    });
  });

  it("keeps the name of a rule that no mapping knows, and ranks severities", () => {
    expect(withRule("Our own (rule)").type).toBe("sysdig.our_own_rule");
    const severity = (severity: unknown) => withRule("x", { severity }).severity;
    expect([0, 3, 4, 5, 6, 7, 99, "2", null].map(severity)).toEqual([
      "high",
      "high",
      "medium",
      "medium",
      "low",
      "info",
      "info",
      "high",
      "info",
    ]);
  });

  it("takes the time in nanoseconds where there is no other", () => {
    expect(readOne(event.replace("timestampRFC3339Nano", "x")).timestamp).toBe(
      Date.UTC(2024, 5, 27, 18, 10, 6, 123),
    );
  });
});
