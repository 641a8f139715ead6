/** Alerts that are open when their rule goes, under both roles: each gets its last record, and nothing else is said. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { retire } from "../../src/rules/retired-rules.ts";
import type { RuleSet } from "../../src/rules/rule-set.ts";
import { rulesOf } from "../correlation/support.ts";
import { makeEvent } from "../events/make-event.ts";
import { Installation, type Running } from "./installation.ts";

const start = Date.parse("2026-01-05T10:00:00Z");
const minute = 60_000;

const logins = {
  id: "logins",
  name: "Many Logins",
  severity: "high",
  window: "10m",
  conditions: [{ type: "event_count", where: { type: "login" }, threshold: 2 }],
  actions: [{ type: "alert" }, { type: "isolate_container" }],
};
const shells = {
  id: "shells",
  window: "20m",
  conditions: [{ type: "event_count", where: { type: "shell" }, threshold: 2 }],
};
/** Says after ten minutes that a beat is missing. */
const beats = {
  id: "beats",
  window: "10m",
  conditions: [{ type: "event_count", where: { type: "beat" }, operator: "<", threshold: 2 }],
};

let corral: Installation;
let correlator: Running;

beforeEach(async () => {
  corral = await Installation.open(rulesOf(logins, shells, beats), start + 4_000 * minute);
  await corral.start("enrich");
  correlator = await corral.start("correlate");
});
afterEach(() => corral.close());

/** Rules that take the place of those of now, as when files change. */
function change(...documents: readonly Readonly<Record<string, unknown>>[]): void {
  const rules: RuleSet = retire(corral.rules(), rulesOf(...documents), corral.clock.now());
  corral.rules = () => rules;
}

function eventAt(type: string, at: number, container = "web"): SecurityEvent {
  const id = `${type}-${container}-${at}`;
  return makeEvent({}, { id, timestamp: start + at * minute, type, container_id: container });
}

/** One event of the type at each minute, then everything judged. */
async function happen(type: string, ...minutes: readonly number[]): Promise<void> {
  await corral.produce(minutes.map((at) => eventAt(type, at)));
  await corral.judged();
}

/** Event time comes to this minute. */
async function pass(at: number): Promise<void> {
  await corral.tick(start + at * minute);
  await corral.judged();
}

/** `logins1 open 0–1`, in order of what was said. */
async function said(): Promise<readonly string[]> {
  const at = (time: number): number => (time - start) / minute;
  return (await corral.alerts()).map(
    ({ rule, revision, status, opened_at, last_seen }) =>
      `${rule.id}${revision} ${status} ${at(opened_at)}–${at(last_seen)}`,
  );
}

describe("An alert that is open when its rule goes", () => {
  test("is closed under the rule's own words once its window has passed, and not before", async () => {
    await happen("login", 0, 1);
    change(shells, beats);
    await pass(12);
    expect(await said()).toEqual(["logins1 open 1–1"]);
    await pass(12.1);
    expect(await said()).toEqual(["logins1 open 1–1", "logins2 closed 1–1"]);

    const [opened, closed] = await corral.alerts();
    expect(closed).toEqual({
      ...opened,
      revision: 2,
      status: "closed",
      closed_at: start + 11 * minute,
    });
    expect(closed).toMatchObject({ rule: { name: "Many Logins" }, severity: "high", event_count: 2 });
    await pass(3_000);
    expect((await said()).length).toBe(2);
    expect(await groups()).toBe(0);
  });

  test("takes in no more events of its kind, and plans nothing more", async () => {
    await happen("login", 0, 1);
    change(shells, beats);
    await happen("login", 5, 9);
    await pass(12.1);
    await pass(60);
    expect(await said()).toEqual(["logins1 open 1–1", "logins2 closed 1–1"]);
    expect((await corral.actions()).length).toBe(1);
  });

  test("is closed beside what the edited rule says", async () => {
    await happen("login", 0, 1);
    change({ ...logins, name: "Logins, More", window: "15m" }, shells, beats);
    await happen("login", 3, 4);
    await pass(12.1);
    await pass(30);
    expect(await said()).toEqual([
      "logins1 open 1–1",
      "logins1 open 4–4",
      "logins2 closed 1–1",
      "logins2 closed 4–4",
    ]);
    expect((await corral.alerts()).map(({ rule }) => rule.name)).toEqual([
      "Many Logins",
      "Logins, More",
      "Many Logins",
      "Logins, More",
    ]);
  });

  test("goes on where the rule is only reworded", async () => {
    await happen("login", 0, 1);
    change({ ...logins, severity: "critical" }, shells, beats);
    await happen("login", 8);
    await pass(18);
    await pass(20);
    expect(await said()).toEqual(["logins1 open 1–1", "logins2 update 1–8", "logins3 closed 1–8"]);
  });

  test("goes on where the rule is put back in time", async () => {
    await happen("login", 0, 1);
    change(shells, beats);
    await happen("login", 5);
    change(logins, shells, beats);
    await happen("login", 8);
    await pass(18);
    expect(await said()).toEqual(["logins1 open 1–1", "logins2 update 1–8"]);
    await pass(20);
    expect((await said()).slice(2)).toEqual(["logins3 closed 1–8"]);
  });

  test("stays closed where the rule is put back too late", async () => {
    await happen("login", 0, 1);
    change(shells, beats);
    await pass(13);
    change(logins, shells, beats);
    await pass(14);
    await happen("login", 14, 15);
    expect(await said()).toEqual(["logins1 open 1–1", "logins2 closed 1–1", "logins1 open 15–15"]);
  });

  test("is closed by another owner that knew the rule too", async () => {
    await happen("login", 0, 1);
    const second = await corral.start("correlate");
    change(shells, beats);
    await pass(5);
    await corral.stop(correlator);
    await corral.until(() => second.role.partitions().length === 4);
    await pass(13);
    expect(await said()).toEqual(["logins1 open 1–1", "logins2 closed 1–1"]);
  });

  test("is closed, in the words it was raised in, by a process that never knew the rule", async () => {
    await happen("login", 0, 1);
    await happen("beat", 0);
    await pass(11.5);
    expect(await said()).toEqual(["logins1 open 1–1", "beats1 open 10–10"]);
    await corral.stop(correlator);
    const others = rulesOf(shells);
    await corral.start("correlate", { rules: () => others });
    await pass(12.1);
    await pass(20.5);
    expect((await said()).slice(2)).toEqual(["logins2 closed 1–1"]);
    await pass(21.1);
    expect((await said()).slice(3)).toEqual(["beats2 closed 10–10"]);
    const [opened, , closed] = await corral.alerts();
    expect(closed).toEqual({ ...opened, revision: 2, status: "closed", closed_at: start + 11 * minute });
    await pass(3_000);
    await pass(3_001);
    expect(await groups()).toBe(0);
  });

  test("goes on under an owner that has the rule, after one that never knew it", async () => {
    await happen("login", 0, 1);
    await happen("beat", 3);
    await corral.stop(correlator);
    const others = rulesOf(shells);
    const second = await corral.start("correlate", { rules: () => others });
    await pass(5);
    await corral.stop(second);
    await corral.start("correlate");
    await happen("login", 6);
    await pass(14.5);
    await pass(18);
    expect(await said()).toEqual([
      "logins1 open 1–1",
      "logins2 update 1–6",
      "beats1 open 13–13",
      "logins3 closed 1–6",
    ]);
  });

  test("is closed through further changes", async () => {
    await happen("login", 0, 1);
    for (let round = 0; round < 20; round += 1) {
      change({ ...shells, window: `${20 + round}m` }, beats);
      await pass(2 + round * 0.5);
    }
    await pass(13);
    expect(await said()).toEqual(["logins1 open 1–1", "logins2 closed 1–1"]);
  });

  test("is closed where it is itself a lasting absence, and says nothing more", async () => {
    await happen("beat", 0);
    await pass(12);
    expect(await said()).toEqual(["beats1 open 10–10"]);
    change(logins, shells);
    await happen("beat", 12);
    await pass(40);
    await pass(60);
    expect(await said()).toEqual(["beats1 open 10–10", "beats2 closed 10–10"]);
  });
});

test("A removed rule that waits for what is missing does not miss it", async () => {
  await happen("beat", 0);
  change(logins, shells);
  await pass(12);
  await pass(60);
  await pass(3_000);
  expect(await said()).toEqual([]);
  expect(await groups()).toBe(0);
});

test("A rule that comes back decides what it had not decided", async () => {
  await happen("beat", 0);
  change(logins, shells);
  await pass(12);
  change(logins, shells, beats);
  await pass(13);
  expect(await said()).toEqual(["beats1 open 10–10"]);
});

test("What a process that never knew the rule leaves is decided in time by one that has it", async () => {
  await happen("beat", 0);
  await happen("beat", 12);
  await pass(13);
  expect(await said()).toEqual(["beats1 open 10–10"]);
  await corral.stop(correlator);
  const others = rulesOf(shells);
  const second = await corral.start("correlate", { rules: () => others });
  await pass(22);
  expect((await said()).slice(1)).toEqual(["beats2 closed 10–10"]);
  await corral.stop(second);
  await corral.start("correlate");
  await pass(24);
  expect((await said()).slice(2)).toEqual(["beats1 open 22–22"]);
});

test("Two versions side by side: what one has gathered is still there after the other had the partition", async () => {
  const wider = { ...logins, conditions: [{ ...logins.conditions[0]!, threshold: 3 }] };
  const old = corral.rules();
  const renewed = retire(old, rulesOf(wider, shells, beats), corral.clock.now());
  const handOver = async (rules: RuleSet): Promise<void> => {
    await corral.stop(correlator);
    correlator = await corral.start("correlate", { rules: () => rules });
  };
  await happen("login", 0);
  await handOver(renewed);
  await happen("login", 1, 2);
  expect(await said()).toEqual([]);
  // The older version has seen the first, the newer one the other two: each needs one more.
  await handOver(old);
  await happen("login", 3);
  expect(await said()).toEqual(["logins1 open 3–3"]);
  await handOver(renewed);
  await happen("login", 4);
  expect(await said()).toEqual(["logins1 open 3–3", "logins1 open 4–4"]);
  const counts = (await corral.alerts()).map(({ rule, event_count }) => [rule.version, event_count]);
  const version = (rules: RuleSet): string => rules.rules.find(({ id }) => id === "logins")!.version;
  expect(counts).toEqual([
    [version(old), 2],
    [version(renewed), 3],
  ]);
});

test("More windows of a removed rule than are looked at in one round hold nothing up", async () => {
  const containers = Array.from({ length: 22_000 }, (_, index) => `c${index}`);
  await corral.produce(containers.map((container) => eventAt("beat", 0, container)));
  await happen("shell", 0, 1);
  change(logins, shells);
  await pass(30);
  expect(await said()).toEqual(["shells1 open 1–1", "shells2 closed 1–1"]);
  await pass(3_000);
  await pass(3_001);
  expect(await groups()).toBe(0);
}, 60_000);

/** Windows in the store, over all partitions. */
async function groups(): Promise<number> {
  const sizes = await Promise.all([0, 1, 2, 3].map((partition) => corral.store.partition(partition).size()));
  return sizes.reduce((sum, size) => sum + size.groups, 0);
}
