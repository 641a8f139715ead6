/** docker-compose.yml and the Dockerfile for real. The tests are steps of one story: their order matters. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answering } from "../services/service.ts";
import { docker, runtimeFor } from "./support/docker.ts";
import { Installation } from "./support/installation.ts";
import { OutsideClient } from "./support/outside-client.ts";

const escapeTypes = ["privilege_escalation", "sensitive_file_access", "capability_added", "namespace_change"];
const sharedPartitions = ["0", "1", "2", "3", "4", "5"];

describe.skipIf(!(await runtimeFor("docker-compose.yml")))("docker-compose.yml", () => {
  let corral: Installation;
  let client: OutsideClient;

  beforeAll(async () => {
    corral = await Installation.prepare();
    client = new OutsideClient(corral);
    await corral.up("--build");
  });
  afterAll(() => corral?.remove());

  test("The image's commands need no network, no writable root and no user of its own", async () => {
    const alone = ["run", "--rm", "--read-only", "--network", "none", "--user", "4711:4711", corral.image];
    await docker([...alone, "rules", "check"]);
    expect(await docker([...alone, "rules", "test", "rules"])).toMatch(/[1-9]\d* passed, 0 failed/);
  });

  test("The topics are made, and every role is ready and alive", async () => {
    const made = await corral.compose("logs", "--no-log-prefix", "topics");
    expect(made).toContain("events.raw  created with 6 partitions");
    const liveness = await docker(["inspect", "-f", "{{json .Config.Healthcheck.Test}}", corral.image]);
    const [, ...isAlive] = JSON.parse(liveness) as string[];
    for (const role of ["enrich", "correlate"]) {
      const ready = await corral.compose("exec", "-T", role, "node", "-e", readyz);
      for (const check of ["kafka", "group", "redis", "registry", "rules"])
        expect(ready).toMatch(new RegExp(`^\\[\\+\\]${check}`, "m"));
      expect(ready).not.toContain("[-]");
      await corral.compose("exec", "-T", role, ...isAlive);
    }
  });

  test("The roles are not root, can do nothing that root can, and cannot write to their root", async () => {
    for (const role of ["enrich", "correlate"]) {
      const [id] = await corral.containers(role);
      expect((await docker(["exec", id!, "id", "-u"])).trim()).toBe("1000");
      const status = await docker(["exec", id!, "cat", "/proc/1/status"]);
      expect(status).toMatch(/^CapBnd:\s0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\s1$/m);
      for (const place of ["/x", "/corral/x"])
        await expect(docker(["exec", id!, "touch", place])).rejects.toThrow(/Read-only file system/);
      await docker(["exec", id!, "touch", "/tmp/x"]);
    }
  });

  test("Three correlators share the partitions", async () => {
    await corral.up("--no-recreate", "--scale", "correlate=3");
    const owned: string[][] = [];
    const areShared = async () => {
      owned.length = 0;
      for (const id of await corral.containers("correlate")) {
        const ready = await docker(["exec", id, "node", "-e", readyz]);
        owned.push(/correlate: partitions ([\d, ]+)/.exec(ready)?.[1]?.split(", ") ?? []);
      }
      return owned.length === 3 && owned.every((partitions) => partitions.length === 2);
    };
    await answering(areShared, 60_000, "the partitions are not shared");
    expect(owned.flat().sort()).toEqual(sharedPartitions);
  });

  test("A container escape produced from the host raises an Avro alert", async () => {
    await client.produce("events.raw", eventsOf("c0ffee00c0ff", escapeTypes));
    const alert = await client.alertAbout("c0ffee00c0ff", 60_000);
    expect(alert).toMatchObject({ status: "open", severity: "critical", evidence_total: 4 });
    expect(alert.rule.id).toBe("container_escape_attempt");
    const shown = await corral.compose("run", "--rm", "-T", "--no-deps", "correlate", "alerts");
    expect(shown).toContain("critical container_escape_attempt");
  });

  test("SIGTERM ends every replica cleanly within its grace period", async () => {
    await client.produce("events.raw", eventsOf("badc0ffee0dd", escapeTypes.slice(0, 2)));
    await answering(() => hasWindowOf("badc0ffee0dd"), 30_000, "no window was written");
    const replicas = [...(await corral.containers("enrich")), ...(await corral.containers("correlate"))];
    expect(replicas).toHaveLength(4);
    await corral.compose("stop", "enrich", "correlate");
    const lastWords = await corral.compose("logs", "--tail", "15", "enrich", "correlate");
    for (const id of replicas) {
      // One that had to be killed would have 137.
      expect((await docker(["inspect", "-f", "{{.State.ExitCode}}", id])).trim(), lastWords).toBe("0");
    }
    // Compose's client shows both streams of a container on its stdout.
    const said = await corral.compose("logs", "--no-log-prefix", "enrich", "correlate");
    expect(said.match(/"msg":"stopped"/g)).toHaveLength(4);
  });

  test("After down and up an attack that had begun goes on where it was", async () => {
    await corral.compose("down");
    await corral.up();
    expect(await corral.compose("logs", "--no-log-prefix", "topics")).toContain("events.raw  exists");
    await client.produce("events.raw", eventsOf("badc0ffee0dd", escapeTypes.slice(2)));
    const alert = await client.alertAbout("badc0ffee0dd", 60_000);
    expect(alert).toMatchObject({ status: "open", evidence_total: 4 });
  });

  test("The demo's story goes through the installation", async () => {
    const told = await corral.compose("--profile", "examples", "run", "--rm", "-T", "demo");
    expect(told).toContain("Container Escape Attempt");
    expect(told).toMatch(/([1-9]\d*) of \1 expected alerts came/);
  });

  async function hasWindowOf(container: string): Promise<boolean> {
    const pattern = `*:w:container_escape_attempt@*${container}*`;
    return (
      (await corral.compose("exec", "-T", "redis", "redis-cli", "--scan", "--pattern", pattern)).trim() !== ""
    );
  }
});

const readyz = 'fetch("http://127.0.0.1:8080/readyz?verbose").then((r) => r.text()).then(console.log)';

/** One second apart, the last one now. */
function eventsOf(container: string, types: readonly string[]): readonly object[] {
  const now = Date.now();
  return types.map((type, index) => ({
    timestamp: now - (types.length - 1 - index) * 1_000,
    type,
    container_id: container,
  }));
}
