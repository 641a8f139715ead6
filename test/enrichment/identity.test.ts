import { describe, expect, test } from "vitest";
import { enrichmentChain } from "../../src/enrichment/chain.ts";
import type { TableChange } from "../../src/enrichment/enricher.ts";
import type { Freshness } from "../../src/enrichment/freshness.ts";
import { identity } from "../../src/enrichment/identity.ts";
import { SessionTable } from "../../src/enrichment/session-table.ts";
import type { JsonMap, SecurityEvent } from "../../src/events/security-event.ts";
import { makeEvent } from "../events/make-event.ts";
import { readOne } from "../sources/support.ts";

const start = Date.parse("2026-01-05T10:00:00Z");
const minute = 60_000;
const inPod = { namespace: "shop", pod: "web-1" };

/** An exec into the pod as the API server's audit log tells of it. */
function exec(second: number, more: JsonMap = {}, stage = "ResponseStarted"): SecurityEvent {
  return makeEvent(
    {
      src_ip: "203.0.113.9",
      auditID: "audit-1",
      stage,
      requestURI: "/api/v1/namespaces/shop/pods/web-1/exec?command=sh&command=-c&container=app&tty=true",
      objectRef: { resource: "pods", subresource: "exec", namespace: "shop", name: "web-1" },
      user: { username: "ann", groups: ["dev", "system:authenticated"] },
      responseStatus: { code: 101 },
      ...more,
    },
    {
      id: `audit-1:${stage}`,
      source: "k8s_audit",
      type: "exec_into_pod",
      timestamp: start + second * 1_000,
      enrichment: { ...inPod, user: "ann" },
    },
  );
}

function process(second: number, details: JsonMap = {}, enrichment: JsonMap = {}): SecurityEvent {
  return makeEvent(details, {
    id: `process-${second}`,
    source: "falco:syscall",
    container_id: "ee97d9c4186f",
    timestamp: start + second * 1_000,
    enrichment: { ...inPod, user: "root", ...enrichment },
  });
}

function chainOf(state: Freshness = "current") {
  const sessions = new SessionTable({ maxDuration: 60 * minute, linger: 5_000, maxSessions: 100 });
  return { sessions, chain: enrichmentChain([identity({ sessions, freshness: () => state })]) };
}

const enrichmentsOf = (chain: ReturnType<typeof chainOf>["chain"], ...events: readonly SecurityEvent[]) =>
  events.map((event) => chain.pass(event).enrichment);

describe("The human behind a process", () => {
  test("is who has a session in its container", () => {
    const { chain } = chainOf();
    const [, shell] = enrichmentsOf(
      chain,
      exec(0),
      process(5, { "proc.tty": 34816, "container.name": "app" }),
    );
    expect(shell).toMatchObject({
      user: "ann",
      session_id: "audit-1",
      confidence: 90,
      identity: {
        status: "attributed",
        user: "ann",
        session_id: "audit-1",
        kind: "exec",
        groups: ["dev", "system:authenticated"],
        source_ip: "203.0.113.9",
        process_user: "root",
        age_ms: 5_000,
      },
    });
  });

  test("is likely without a terminal, and nobody's before the session and in another container or pod", () => {
    const { chain } = chainOf();
    const [, quiet, before, beside, elsewhere] = enrichmentsOf(
      chain,
      exec(10),
      process(11),
      process(9),
      process(12, { "container.name": "sidecar" }),
      process(13, {}, { pod: "web-2" }),
    );
    expect(quiet).toMatchObject({ user: "ann", confidence: 60 });
    for (const other of [before, beside, elsewhere])
      expect(other).toEqual({
        ...inPod,
        pod: other?.pod,
        user: "root",
        identity: { status: "unattributed", process_user: "root" },
      });
  });

  test("is nobody's after the session has ended, whatever stage is read last", () => {
    const ended = exec(0, { stageTimestamp: "2026-01-05T10:00:30Z" }, "ResponseComplete");
    for (const stages of [
      [exec(0), ended],
      [ended, exec(0)],
    ]) {
      const { chain } = chainOf();
      const [, , during, after] = enrichmentsOf(chain, ...stages, process(29), process(36));
      expect(during?.user).toBe("ann");
      expect(after?.identity).toMatchObject({ status: "unattributed" });
    }
  });

  test("is in doubt when several people are inside", () => {
    const { chain } = chainOf();
    const bob = exec(1, { auditID: "audit-2", user: { username: "bob" } });
    const [, , shell] = enrichmentsOf(chain, exec(0), bob, process(5));
    expect(shell).toMatchObject({
      user: "root",
      confidence: 30,
      identity: { status: "attributed", user: "bob", candidates: ["bob", "ann"] },
    });
  });

  test("is the real actor of an impersonation", () => {
    const { chain } = chainOf();
    const [, shell] = enrichmentsOf(chain, exec(0, { impersonatedUser: { username: "admin" } }), process(5));
    expect(shell).toMatchObject({ user: "ann", identity: { impersonated_user: "admin" } });
  });

  test("has no session by a request that was refused", () => {
    const { chain } = chainOf();
    const [, shell] = enrichmentsOf(chain, exec(0, { responseStatus: { code: 403 } }), process(5));
    expect(shell?.identity).toMatchObject({ status: "unattributed" });
  });

  test("has no session by a subresource that is called like what every object has", () => {
    for (const subresource of ["constructor", "toString", "__proto__"]) {
      const { chain } = chainOf();
      const objectRef = { resource: "pods", subresource, namespace: "shop", name: "web-1" };
      const [, after] = enrichmentsOf(chain, exec(0, { objectRef }), process(1));
      expect(after?.identity).toMatchObject({ status: "unattributed" });
    }
  });

  test("is whose login it descends from, also behind sudo", () => {
    const { chain } = chainOf();
    const login = { "user.loginuid": 1000, "user.loginname": "carl" };
    const [plain, raised, farther, none] = enrichmentsOf(
      chain,
      process(1, login),
      process(2, { ...login, "proc.aname[2]": "sudo" }),
      process(2, { ...login, ancestors: ["bash", "su", "sshd"] }),
      process(3, { "user.loginuid": -1 }),
    );
    expect(plain).toMatchObject({ user: "carl", confidence: 80, identity: { kind: "login" } });
    for (const behind of [raised, farther])
      expect(behind).toMatchObject({ user: "carl", identity: { kind: "sudo", process_user: "root" } });
    expect(none?.identity).toMatchObject({ status: "unattributed" });
  });

  test("is told apart from a service account", () => {
    const { chain } = chainOf();
    const event = makeEvent(
      {},
      { source: "k8s_audit", enrichment: { user: "system:serviceaccount:shop:deployer" } },
    );
    expect(chain.pass(event).enrichment).toMatchObject({
      identity: { kind: "service_account", confidence: 100 },
    });
  });

  test("may be missing while the table is not whole", () => {
    const { chain } = chainOf("loading");
    expect(chain.pass(process(1)).enrichment.identity).toMatchObject({ status: "loading" });
  });

  test("is told to other enrichers once for each thing learnt", () => {
    const { chain, sessions } = chainOf();
    const changes: TableChange[] = [];
    const ended = exec(0, { stageTimestamp: "2026-01-05T10:00:30Z" }, "ResponseComplete");
    for (const event of [exec(0), exec(0), ended, exec(0), ended]) chain.pass(event, changes);
    expect(changes.map(({ key, value }) => [key, (value as JsonMap).closed_at])).toEqual([
      ["audit-1", null],
      ["audit-1", start + 30_000],
    ]);
    expect(sessions.size).toBe(1);
  });
});

describe("Records of real shapes", () => {
  const audit = (stage: string, more: object = {}) =>
    readOne({
      kind: "Event",
      apiVersion: "audit.k8s.io/v1",
      auditID: "audit-9",
      stage,
      verb: "get",
      requestURI: "/api/v1/namespaces/shop/pods/web-1/exec?command=bash&container=app&stdin=true&tty=true",
      user: { username: "ann", groups: ["dev"] },
      impersonatedUser: { username: "admin" },
      sourceIPs: ["198.51.100.1", "203.0.113.9"],
      objectRef: { resource: "pods", subresource: "exec", namespace: "shop", name: "web-1" },
      responseStatus: { code: 101 },
      requestReceivedTimestamp: "2026-01-05T10:00:00.000000Z",
      ...more,
    });
  const tetragon = (second: number) =>
    readOne({
      process_exec: {
        process: {
          exec_id: `id-${second}`,
          pid: 7,
          uid: 0,
          binary: "/bin/cat",
          arguments: "/etc/shadow",
          pod: {
            namespace: "shop",
            name: "web-1",
            container: { id: `containerd://${"9bd4ecf1a2c3".padEnd(64, "0")}`, name: "app" },
          },
        },
      },
      node_name: "n1",
      time: new Date(start + second * 1_000).toISOString(),
    });

  test("an exec from its start to its end, and what a sensor sees of it", () => {
    const { chain } = chainOf();
    const ended = audit("ResponseComplete", { stageTimestamp: "2026-01-05T10:01:00.000000Z" });
    const [request, during, , after] = enrichmentsOf(
      chain,
      audit("ResponseStarted"),
      tetragon(30),
      ended,
      tetragon(90),
    );
    expect(request).toMatchObject({ identity: { user: "ann", impersonated_user: "admin", confidence: 100 } });
    expect(during).toMatchObject({
      user: "ann",
      session_id: "audit-9",
      identity: { kind: "exec", source_ip: "203.0.113.9", groups: ["dev"], impersonated_user: "admin" },
    });
    expect(after?.identity).toMatchObject({ status: "unattributed" });
  });

  test("a container added to a running pod is the session, not the pod's others", () => {
    const { chain } = chainOf();
    const request = readOne({
      kind: "Event",
      apiVersion: "audit.k8s.io/v1",
      auditID: "audit-10",
      stage: "ResponseComplete",
      verb: "patch",
      requestURI: "/api/v1/namespaces/shop/pods/web-1/ephemeralcontainers",
      user: { username: "ann" },
      objectRef: { resource: "pods", subresource: "ephemeralcontainers", namespace: "shop", name: "web-1" },
      requestObject: { spec: { ephemeralContainers: [{ name: "debugger-x", image: "busybox" }] } },
      responseStatus: { code: 200 },
      requestReceivedTimestamp: "2026-01-05T10:00:00.000000Z",
      stageTimestamp: "2026-01-05T10:00:00.010000Z",
    });
    const [, inside, beside] = enrichmentsOf(
      chain,
      request,
      process(600, { "container.name": "debugger-x" }),
      process(600, { "container.name": "app" }),
    );
    expect(inside).toMatchObject({ user: "ann", identity: { kind: "ephemeral_container" } });
    expect(beside?.identity).toMatchObject({ status: "unattributed" });
  });

  test("an attach is a session as an exec is", () => {
    const { chain } = chainOf();
    const attach = audit("ResponseStarted", {
      requestURI: "/api/v1/namespaces/shop/pods/web-1/attach?container=app&stdin=true&tty=true",
      objectRef: { resource: "pods", subresource: "attach", namespace: "shop", name: "web-1" },
    });
    const [, during] = enrichmentsOf(chain, attach, tetragon(30));
    expect(during).toMatchObject({ user: "ann", identity: { kind: "attach" } });
  });

  test("an exec of which a cloud tells once, without its end, lasts as long as may be", () => {
    const { chain } = chainOf();
    const entry = readOne({
      insertId: "i-1",
      operation: { id: "op-1" },
      resource: { type: "k8s_cluster" },
      timestamp: "2026-01-05T10:00:00.000000Z",
      protoPayload: {
        authenticationInfo: { principalEmail: "ann@example.org" },
        methodName: "io.k8s.core.v1.pods.exec.create",
        requestMetadata: { callerIp: "203.0.113.9" },
        resourceName: "core/v1/namespaces/shop/pods/web-1/exec",
        serviceName: "k8s.io",
        status: {},
      },
    });
    const [, during, after] = enrichmentsOf(chain, entry, tetragon(59 * 60), tetragon(61 * 60));
    expect(during).toMatchObject({ user: "ann@example.org", session_id: "op-1" });
    expect(after?.identity).toMatchObject({ status: "unattributed" });
  });
});

test("The table of sessions is bounded", () => {
  const { sessions } = chainOf();
  const { chain } = { chain: enrichmentChain([identity({ sessions, freshness: () => "current" })]) };
  for (let n = 0; n < 150; n += 1) chain.pass(exec(n, { auditID: `audit-${n}` }));
  expect(sessions.size).toBe(100);
  expect(sessions.at("shop/web-1", undefined, start + 40_000)).toEqual([]);
});
