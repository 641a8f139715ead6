/** Recordings of real sensors, end to end: the shipped rules' alerts come, and say who, what and where it was. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Alert } from "../../src/alerts/alert.ts";
import { Folder } from "../cli/support.ts";
import { describeWithServices } from "../services/services.ts";
import { linesOf, recordingsThere } from "../sources/recordings.ts";
import { read } from "../sources/support.ts";
import { Installation } from "./support/installation.ts";

const recordings = [
  "falco/website-alerts.jsonl",
  "tetragon/docs-events.jsonl",
  "k8s-audit/k8s-audit-priv-pod-file.jsonl",
  "k8s-audit/k8s-audit-pod-exec-file.jsonl",
];

/** What the cluster knew of the containers that the sensors only name. */
const inventory = `
- { container_id: ee97d9c4186f, namespace: default, pod: kubecon, workload: kubecon, workload_kind: Pod }
- { container_id: f29b261f8831, namespace: default, pod: alpine, workload: alpine, workload_kind: Deployment }
- { container_id: 57dc8d712abf, namespace: default, pod: other }
`;

describeWithServices("kafka", "redis")("Recordings of real sensors", ({ kafka, redis }) => {
  const corral = new Installation({
    kafka,
    redis,
    partitions: 3,
    settings: { CORRAL_IDLE_TIMEOUT: "off" },
  });
  const folder = new Folder();
  beforeAll(() => corral.createTopics());
  afterAll(async () => {
    await corral.close();
    folder.remove();
  });

  test.skipIf(!recordingsThere(recordings))("raise the alerts that they should", async () => {
    const file = folder.file("inventory.yml", inventory);
    expect(await corral.command("inventory", "load", file).exited()).toBe(0);
    await Promise.all([corral.run("enrich"), corral.run("correlate")]);
    // In the order of their times, as years lie between them; each on whatever partition comes next.
    const lines = recordings
      .flatMap(linesOf)
      .map((value) => ({ value, time: timeOf(value) }))
      .filter(({ time }) => !Number.isNaN(time))
      .sort((a, b) => a.time - b.time);
    await corral.produce(lines.map(({ value }, n) => ({ value, partition: n % 3 })));
    await corral.drained();

    const last = new Map((await corral.alerts()).map((alert) => [alert.id, alert]));
    const of = (rule: string) => [...last.values()].filter((alert) => alert.rule.id === rule);
    expect(of("kernel_module_from_container").map(whoWhatWhere)).toEqual([
      {
        container: "1e910d5cc8d8",
        namespace: "demo-app",
        pod: "test-pod",
        workload: "test-pod",
        image: "docker.io/cilium/starwars:latest",
        user: "0",
      },
    ]);
    expect(of("node_namespaces_entered").map(whoWhatWhere)).toEqual([
      {
        container: "057dc8d712ab",
        namespace: "default",
        pod: "xwing",
        workload: "xwing",
        image: "quay.io/cilium/json-mock:latest",
        user: "0",
      },
    ]);
    expect(of("privileged_pod_by_person").map(whoWhatWhere)).toMatchObject([
      { namespace: "foo", pod: "test-pod-1", image: "centos", user: "minikube-user" },
    ]);
    expect(of("shell_outside_business_hours").map(whoWhatWhere)).toContainEqual({
      container: "f29b261f8831",
      namespace: "default",
      pod: "alpine",
      workload: "alpine",
      image: "mysql",
      user: "root",
    });
  });
});

function timeOf(line: string): number {
  try {
    return read(line)[0]?.timestamp ?? Number.NaN;
  } catch {
    return Number.NaN;
  }
}

function whoWhatWhere({ group, entities }: Alert): object {
  const { namespace, pod, workload, image, user } = entities;
  const container = group.container === undefined ? {} : { container: group.container };
  return { ...container, namespace, pod, workload, image, user };
}
