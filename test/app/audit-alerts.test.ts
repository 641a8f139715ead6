import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { start } from "../correlation/support.ts";
import { alertsOf } from "../rules/sigma/support.ts";
import { read } from "../sources/support.ts";

/** An audit event so many seconds after the start, as the API server writes it. */
function audit(second: number, verb: string, target: string, more: object = {}): object {
  const [resource, subresource] = target.split("/");
  return {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    auditID: `a${second}`,
    stage: "ResponseComplete",
    verb,
    user: { username: "eve", groups: ["system:authenticated"] },
    sourceIPs: ["203.0.113.9"],
    objectRef: { resource, namespace: "shop", name: `x-${second}`, ...(subresource && { subresource }) },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: new Date(start + second * 1_000).toISOString(),
    ...more,
  };
}

const times = (count: number, record: (second: number) => object) =>
  Array.from({ length: count }, (_, second) => record(second));

/** When, of whom, and from how many events a shipped rule raises alerts on these records. */
function alerts(rule: string, records: readonly object[]): readonly string[] {
  const text = readFileSync(new URL(`../../rules/${rule}.yml`, import.meta.url), "utf8");
  return alertsOf(
    text,
    records.flatMap((record) => read(record)),
  ).map((alert) => alert.replace(/\[.*\]/, (ids) => `${ids.split(" ").length} events`));
}

describe("Shipped rules on what the API server writes", () => {
  it("count an exec once, though it is told of when it begins and when it ends", () => {
    const told = (pods: number) =>
      times(pods, (second) => audit(second, "get", "pods/exec", { responseStatus: { code: 101 } })).flatMap(
        (begun) => [
          { ...begun, stage: "RequestReceived" },
          { ...begun, stage: "ResponseStarted" },
          { ...begun, stage: "ResponseComplete" },
        ],
      );
    expect(alerts("exec_into_many_pods", told(5))).toEqual(['4 exec_into_many_pods {"user":"eve"} 5 events']);
    expect(alerts("exec_into_many_pods", told(4))).toEqual([]);
  });

  it("know the excepted service accounts by their user name", () => {
    const user = { username: "system:serviceaccount:velero:velero" };
    expect(
      alerts(
        "exec_into_many_pods",
        times(5, (at) => audit(at, "create", "pods/exec", { user })),
      ),
    ).toEqual([]);
  });

  it("count deletions that were answered", () => {
    const deleted = times(19, (at) => audit(at, "delete", "pods"));
    const asked = deleted.map((each) => ({ ...each, stage: "RequestReceived" }));
    const refused = audit(19, "delete", "pods", { responseStatus: { code: 403 } });
    expect(alerts("mass_pod_deletion", [...deleted, ...asked, refused])).toEqual([]);
    expect(alerts("mass_pod_deletion", [...deleted, audit(20, "delete", "pods")])).toEqual([
      '20 mass_pod_deletion {"user":"eve"} 20 events',
    ]);
  });

  it("count denials, of authorization and of authentication", () => {
    const resources = ["secrets", "pods", "nodes", "roles", "configmaps"];
    const denied = times(20, (at) =>
      audit(at, "list", resources[at % 5]!, { responseStatus: { code: at % 2 === 0 ? 403 : 401 } }),
    );
    expect(alerts("audit_denial_burst", denied)).toEqual(['19 audit_denial_burst {"user":"eve"} 20 events']);
    expect(alerts("audit_denial_burst", denied.slice(1))).toEqual([]);
  });

  it("put widened rights and the secrets read with them down to the person, whoever was played", () => {
    const impersonatedUser = { username: "system:serviceaccount:ci:deployer" };
    const records = [
      audit(0, "create", "clusterrolebindings", {
        requestObject: { roleRef: { name: "cluster-admin" } },
        impersonatedUser,
      }),
      audit(60, "list", "secrets", { impersonatedUser }),
      audit(61, "get", "secrets"),
      audit(62, "get", "secrets"),
    ];
    expect(alerts("rbac_escalation_then_secrets", records)).toEqual([
      '62 rbac_escalation_then_secrets {"user":"eve"} 4 events',
    ]);
  });
});
