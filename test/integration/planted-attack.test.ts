import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithServices } from "../services/services.ts";
import { differingDuplicates, Installation } from "./support/installation.ts";

describeWithServices("kafka", "redis")(
  "One planted attack through real Kafka and Redis",
  ({ kafka, redis }) => {
    const corral = new Installation({ kafka, redis, settings: { CORRAL_IDLE_TIMEOUT: "2s" } });
    const start = Date.now() - 60_000;
    const event = (second: number, type: string) => ({
      key: "c0ffee00c0ff",
      value: JSON.stringify({
        id: `planted-${second}`,
        timestamp: start + second * 1000,
        container_id: "c0ffee00c0ff",
        type,
        severity: "high",
        source: "test",
        details: { step: second },
      }),
    });

    beforeAll(() => corral.createTopics());
    afterAll(() => corral.close());

    test("raises its alert once by id although the correlator is killed between its events", async () => {
      const enricher = await corral.run("enrich");
      const first = await corral.run("correlate");
      const enriched = () => corral.read("events.enriched");

      await corral.produce([event(0, "privilege_escalation"), event(10, "sensitive_file_access")]);
      // Both are in the log, and the correlator has taken both into its state and said so by its commit.
      const records = await corral.until(
        enriched,
        (all) => all.filter(({ value }) => value !== null).length === 2,
        "two enriched",
      );
      const { partition, offset } = records.filter(({ value }) => value !== null).at(-1)!;
      await corral.until(
        () => corral.committed("corral-correlate", "events.enriched"),
        (offsets) => (offsets.get(partition) ?? 0) > offset,
        "the correlator's commit",
      );
      expect(await corral.alerts()).toEqual([]);
      await first.kill();

      await corral.produce([event(20, "capability_added"), event(30, "namespace_change")]);
      await corral.run("correlate");
      const alerts = await corral.until(
        () => corral.alerts(),
        (all) => all.length > 0,
        "the alert",
      );

      expect(new Set(alerts.map(({ id }) => id)).size).toBe(1);
      expect(differingDuplicates(alerts)).toEqual([]);
      const [alert] = alerts;
      expect(alert).toMatchObject({
        status: "open",
        rule: { id: "container_escape_attempt" },
        severity: "critical",
        group: { container: "c0ffee00c0ff" },
        opened_at: start + 30_000,
        event_count: 4,
      });
      expect(alert?.evidence.map(({ id }) => id)).toEqual([
        "planted-0",
        "planted-10",
        "planted-20",
        "planted-30",
      ]);
      const actions = await corral.until(
        () => corral.actions(),
        (all) => all.length >= 2,
        "the actions",
      );
      expect(actions.map(({ type }) => type).sort()).toEqual(["capture_forensics", "isolate_container"]);
      expect(actions.every(({ mode, alert_id }) => mode === "dry_run" && alert_id === alert?.id)).toBe(true);
      expect(await enricher.terminate()).toBe(0);
    });
  },
);
