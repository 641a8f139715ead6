import { expect, it } from "vitest";
import { forgetPartition } from "../../src/telemetry/forget-partition.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { version } from "../../src/version.ts";

it("names every metric of ours corral_, counters _total, and says what each means", async () => {
  for (const { name, help, type } of await createMetrics().registry.getMetricsAsJSON()) {
    expect(name).toMatch(/^corral_[a-z_]+$/);
    expect(help).toMatch(/\.$/);
    expect(name.endsWith("_total")).toBe(String(type) === "counter");
  }
});

it("keeps two engines in one process apart", async () => {
  const [one, two] = [createMetrics(), createMetrics()];
  one.unroutable.inc(3);
  expect(await one.registry.metrics()).toContain("corral_unroutable_events_total 3\n");
  expect(await two.registry.metrics()).toContain("corral_unroutable_events_total 0\n");
});

it("adds the runtime's own metrics when asked", async () => {
  const metrics = createMetrics({ runtime: true });
  expect(await metrics.registry.metrics()).toContain("process_cpu_seconds_total");
});

it("tells the version that runs", async () => {
  expect(await createMetrics().registry.metrics()).toContain(`corral_build_info{version="${version}"} 1\n`);
});

it("forgets the gauges of a partition that went to another owner, and no counters", async () => {
  const metrics = createMetrics();
  for (const partition of [0, 1]) {
    metrics.consumerLag.set({ topic: "events.enriched", partition }, 5);
    metrics.watermarkDelay.set({ partition }, 61);
    metrics.openCorrelations.set({ partition }, 1);
    metrics.liveGroups.set({ partition }, 1);
    metrics.outboxDepth.set({ partition }, 1);
    metrics.lateEvents.inc({ partition });
  }
  forgetPartition(metrics, "events.enriched", 1);
  const lines = (await metrics.registry.metrics()).split("\n");
  expect(lines.filter((line) => line.includes('partition="1"'))).toEqual([
    'corral_late_events_total{partition="1"} 1',
  ]);
  expect(lines.filter((line) => line.includes('partition="0"'))).toHaveLength(6);
});
