/** Rules over the alerts of rules of other groups that come, change and go while events flow. */
import { describe, expect, test } from "vitest";
import type { Alert } from "../../src/alerts/alert.ts";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { seededRandom } from "../../src/app/shuffle-arrivals.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { retire } from "../../src/rules/retired-rules.ts";
import type { RuleSet } from "../../src/rules/rule-set.ts";
import { rulesOf, settings } from "../correlation/support.ts";
import { makeEvent } from "../events/make-event.ts";
import { Installation } from "./installation.ts";

const start = Date.parse("2026-01-05T10:00:00Z");
const minute = 60_000;
const window = 5;

/** Minutes after which a rule over alerts has decided: the lateness, an update interval, the window below, and a round of telling. */
const decidedAfter = 4;

type Document = Readonly<Record<string, unknown>>;

const failures = {
  id: "many_failures",
  window: "10s",
  conditions: [{ type: "event_count", where: { type: "failure" }, threshold: 3 }],
};
/** Reads them in their own group. */
const success = {
  id: "failures_then_success",
  window: "1m",
  conditions: [{ type: "event_sequence", sequence: ["alert.many_failures", "success"] }],
};
/** Waits for the watermark, as what reads others' alerts does. */
const silence = {
  id: "failures_without_success",
  window: "1m",
  conditions: {
    alert: { type: "event_count", where: { type: "alert.many_failures" } },
    success: { type: "event_count", where: { type: "success" } },
  },
  match: "alert and not success",
};
const spreading = (threshold: number): Document => ({
  id: "spreading",
  window: `${window}m`,
  group_by: "namespace",
  conditions: [
    { type: "unique_count", field: "container_id", where: { type: "alert.many_failures" }, threshold },
  ],
});
const noDrill = {
  id: "no_drill",
  window: `${window}m`,
  group_by: "namespace",
  conditions: {
    alert: { type: "event_count", where: { type: "alert.many_failures" }, threshold: 1 },
    drill: { type: "event_count", where: { type: "drill" } },
  },
  match: "alert and not drill",
};
const untouched: readonly Document[] = [failures, success, silence];

/** Failures and successes in containers of three namespaces, and drills now and then, over so many minutes. */
function trouble(minutes: number): readonly SecurityEvent[] {
  const random = seededRandom(17);
  const event = (id: string, at: number, type: string, container: string, namespace: string) => ({
    ...makeEvent({}, { id, timestamp: start + Math.floor(at * minute), type, container_id: container }),
    enrichment: { namespace },
  });
  const rounds = Array.from({ length: minutes * 2 }, (_, index) => {
    const [at, container, namespace] = [random() * minutes, `c${index}`, `ns-${index % 3}`];
    const each = Array.from({ length: random() < 0.5 ? 3 : 2 }, (_each, step) =>
      event(`f${index}-${step}`, at + step * 0.05, "failure", container, namespace),
    );
    return random() < 0.5 ? [...each, event(`s${index}`, at + 0.5, "success", container, namespace)] : each;
  }).flat();
  const drills = Array.from({ length: minutes / 5 }, (_, index) =>
    event(`d${index}`, random() * minutes, "drill", "c-drill", `ns-${index % 3}`),
  );
  return [...rounds, ...drills].sort((a, b) => a.timestamp - b.timestamp);
}

/** An alert that was raised: its rule, group, and the minute at which it opened. */
interface Raised {
  readonly rule: string;
  readonly group: string;
  readonly at: number;
}

function expectedOf(rules: RuleSet, events: readonly SecurityEvent[]): readonly Raised[] {
  const engine = new EmbeddedEngine(rules, settings);
  const final = new FinalAlerts();
  for (const event of events) final.add(engine.feed(event));
  final.add(engine.finish());
  return inOrder(final.list().map(({ rule, group, openedAt }) => raised(rule.id, group, openedAt)));
}

/** Of each alert its last record. */
function lastOf(alerts: readonly Alert[]): readonly Alert[] {
  const last = new Map<string, Alert>();
  for (const alert of alerts)
    if ((last.get(alert.id)?.revision ?? 0) < alert.revision) last.set(alert.id, alert);
  return [...last.values()];
}

function stillOpen(alerts: readonly Alert[]): readonly Alert[] {
  return lastOf(alerts).filter(({ status }) => status !== "closed");
}

function raisedIn(alerts: readonly Alert[]): readonly Raised[] {
  return inOrder(
    lastOf(alerts)
      .filter(({ merged_into: merged }) => merged === null)
      .map(({ rule, group, opened_at }) => raised(rule.id, group, opened_at)),
  );
}

function raised(rule: string, group: object, openedAt: number): Raised {
  return { rule, group: JSON.stringify(group), at: (openedAt - start) / minute };
}

function inOrder(all: readonly Raised[]): readonly Raised[] {
  const key = ({ rule, group, at }: Raised): string => `${rule} ${group} ${at}`;
  return [...all].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const isUntouched = ({ rule }: Raised): boolean => untouched.some(({ id }) => id === rule);

/** Rules from a minute on. */
interface Stretch {
  readonly from: number;
  readonly documents: readonly Document[];
}

/** A correlator's own rules, which follow the others' some minutes later. */
class Follower {
  rules: RuleSet;
  constructor(documents: readonly Document[]) {
    this.rules = rulesOf(...documents);
  }
  take(documents: readonly Document[], now: number): void {
    this.rules = retire(this.rules, rulesOf(...documents), now);
  }
}

/** Three correlators through all stretches; each takes up what is new so many minutes after the enricher. */
async function run(
  stretches: readonly Stretch[],
  minutes: number,
  lags: readonly [number, number, number] = [0, 0, 0],
): Promise<readonly Alert[]> {
  const first = stretches[0]!.documents;
  const corral = await Installation.open(rulesOf(...first), start + 2 * minutes * minute);
  const followers = lags.map(() => new Follower(first));
  await corral.start("enrich");
  await Promise.all(followers.map((each) => corral.start("correlate", { rules: () => each.rules })));
  const events = trouble(minutes);
  for (let at = 0; at < minutes; at += 1) {
    const now = corral.clock.now();
    for (const { from, documents } of stretches) {
      if (from === at && at > 0) corral.rules = () => rulesOf(...documents);
      for (const [index, follower] of followers.entries())
        if (from + lags[index]! === at && at > 0) follower.take(documents, now);
    }
    const [begin, end] = [start + at * minute, start + (at + 1) * minute];
    await corral.produce(events.filter(({ timestamp }) => timestamp >= begin && timestamp < end));
    await corral.judged();
  }
  // Event time goes far beyond the last, and what the partitions tell each other with it.
  await corral.tick(start + minutes * minute + 60 * minute);
  for (let round = 0; round < 4; round += 1) await corral.judged();
  const alerts = await corral.alerts();
  await corral.close();
  return alerts;
}

/** What of the alerts of rules over others the stretch alone decides: its windows have filled, and all is decided. */
function within(all: readonly Raised[], rule: string, from: number, to: number): readonly Raised[] {
  return all.filter((each) => each.rule === rule && each.at >= from + 3 * window && each.at < to);
}

describe("A chain from containers to namespaces that comes, changes and goes", () => {
  const minutes = 360;
  const length = 60;
  const chained = [
    [spreading(2), noDrill],
    [spreading(3), noDrill],
    [],
    [spreading(2), noDrill],
    [noDrill],
    [spreading(3)],
  ];
  const stretches = chained.map((documents, index) => ({
    from: index * length,
    documents: [...untouched, ...documents],
  }));
  const events = trouble(minutes);

  async function check(lags: readonly [number, number, number]): Promise<void> {
    const alerts = await run(stretches, minutes, lags);
    const found = raisedIn(alerts);
    expect(stillOpen(alerts)).toEqual([]);
    const alone = expectedOf(rulesOf(...untouched), events);
    expect(found.filter(isUntouched)).toEqual(alone);
    expect(alone.length).toBeGreaterThan(200);
    const [least, most] = [Math.min(...lags), Math.max(...lags)];
    for (const { from, documents } of stretches) {
      const expected = expectedOf(rulesOf(...documents), events);
      for (const { id } of documents.slice(untouched.length)) {
        const of = (all: readonly Raised[]) =>
          within(all, id as string, from + (from === 0 ? 0 : most), from + least + length - decidedAfter);
        expect(of(found)).toEqual(of(expected));
        expect(of(expected).length).toBeGreaterThan(0);
      }
    }
  }

  test("leaves other alerts as they are, and says what an embedded run says while it stands", () =>
    check([0, 0, 0]));

  test("so it does where one correlator takes it up later than the others", () => check([0, 3, 7]));
});

test("Changes in the midst of everything leave other alerts as they are, and nothing open", async () => {
  const random = seededRandom(23);
  const minutes = 120;
  const variants = [
    [spreading(2)],
    [],
    [noDrill],
    [spreading(3), noDrill],
    [
      { ...failures, id: "more_failures" },
      { ...noDrill, id: "reads_both" },
    ],
  ].map((documents) => [...untouched, ...documents]);
  const corral = await Installation.open(rulesOf(...untouched), start + 2 * minutes * minute);
  corral.config = { ...corral.config, batch: { maxRecords: 7 } };
  let changes = 0;
  let over = false;
  /** Rules that may be others whenever they are asked for; each process has known all of them. */
  const changing = (): (() => RuleSet) => {
    const follower = new Follower(untouched);
    for (const documents of [...variants, untouched]) follower.take(documents, corral.clock.now());
    let left = 5;
    return () => {
      left -= 1;
      if (left > 0) return follower.rules;
      left = over ? Number.POSITIVE_INFINITY : 1 + Math.floor(random() * 6);
      changes += 1;
      const next = over ? untouched : variants[Math.floor(random() * variants.length)]!;
      follower.take(next, corral.clock.now());
      return follower.rules;
    };
  };
  await corral.start("enrich", { rules: changing() });
  const first = await corral.start("correlate", { rules: changing() });
  await corral.start("correlate", { rules: changing() });
  await corral.start("correlate", { rules: changing() });
  const events = trouble(minutes);
  for (let at = 0; at < events.length; at += 10) {
    await corral.produce(events.slice(at, at + 10));
    await corral.until(() => random() < 0.5);
    if (at === 400) await corral.stop(first);
    if (at === 600) await corral.start("correlate", { rules: changing() });
  }
  over = true;
  for (const after of [60, 61, 62, 63]) {
    await corral.tick(start + (minutes + after) * minute);
    await corral.until(() => random() < 0.1);
    await corral.judged();
  }
  const alerts = await corral.alerts();
  await corral.close();

  expect(raisedIn(alerts).filter(isUntouched)).toEqual(expectedOf(rulesOf(...untouched), events));
  expect(stillOpen(alerts)).toEqual([]);
  expect(raisedIn(alerts).filter((each) => !isUntouched(each)).length).toBeGreaterThan(10);
  expect(changes).toBeGreaterThan(100);
});

describe("While one of two correlators has not taken up a chain", () => {
  const containers = Array.from({ length: 12 }, (_, index) => `c${index}`);
  const failed = containers.flatMap((container) =>
    [0, 1, 2].map((second) => ({
      ...makeEvent(
        {},
        {
          id: `${container}-${second}`,
          timestamp: start + second * 1_000,
          type: "failure",
          container_id: container,
        },
      ),
      enrichment: { namespace: "shop" },
    })),
  );
  const chained = [...untouched, noDrill, spreading(12)];

  async function withTwo(
    then: (corral: Installation, first: Follower, second: Follower) => Promise<void>,
    until = 4,
  ): Promise<void> {
    const corral = await Installation.open(rulesOf(...untouched), start + 600 * minute);
    const [first, second] = [new Follower(untouched), new Follower(untouched)];
    await corral.start("enrich");
    await corral.start("correlate", { rules: () => first.rules });
    await corral.start("correlate", { rules: () => second.rules });
    await corral.tick(start - minute);
    await corral.judged();
    corral.rules = () => rulesOf(...chained);
    first.take(chained, corral.clock.now());
    await corral.produce(failed);
    await corral.tick(start + until * minute);
    await settled(corral);
    await then(corral, first, second);
    await corral.close();
  }

  /** Also what partitions tell each other has been heard. */
  async function settled(corral: Installation): Promise<void> {
    for (let round = 0; round < 4; round += 1) await corral.judged();
  }

  async function count(corral: Installation, rule: string): Promise<number> {
    return raisedIn(await corral.alerts()).filter((each) => each.rule === rule).length;
  }

  test("what stands behind others' alerts waits, and is said when it has", async () => {
    await withTwo(async (corral, _, second) => {
      expect(await count(corral, "many_failures")).toBe(12);
      const early = await count(corral, "failures_without_success");
      // Those of the correlator that has not.
      expect(early).toBeGreaterThan(0);
      expect(early).toBeLessThan(12);
      second.take(chained, corral.clock.now());
      await corral.tick(start + 5 * minute);
      await settled(corral);
      expect(await count(corral, "failures_without_success")).toBe(12);
      await corral.tick(start + 20 * minute);
      await settled(corral);
      expect(await count(corral, "no_drill")).toBe(1);
    });
  });

  test("alerts that are open when it takes the chain up reach the readers", async () => {
    await withTwo(async (corral, _, second) => {
      expect(await count(corral, "many_failures")).toBe(12);
      second.take(chained, corral.clock.now());
      await corral.tick(start + 6 * minute);
      await settled(corral);
      expect(await count(corral, "spreading")).toBe(1);
    }, 1);
  });

  test("an alert whose rule has gone tells the readers nothing when it closes", async () => {
    await withTwo(async (corral, first, second) => {
      const edited = [{ ...failures, window: "20s" }, success, silence, noDrill];
      for (const each of [first, second]) each.take(edited, corral.clock.now());
      const told = async (): Promise<number> =>
        (await corral.records("enriched")).filter(({ headers }) => headers["corral-chain"] !== undefined)
          .length;
      const before = await told();
      await corral.tick(start + 6 * minute);
      await settled(corral);
      expect(stillOpen(await corral.alerts())).toEqual([]);
      expect(before).toBeGreaterThan(0);
      expect(await told()).toBe(before);
    }, 1);
  });

  test("what waits is said when the chain goes again", async () => {
    await withTwo(async (corral, first) => {
      expect(await count(corral, "failures_without_success")).toBeLessThan(12);
      first.take(untouched, corral.clock.now());
      await corral.tick(start + 5 * minute);
      await corral.judged();
      expect(await count(corral, "failures_without_success")).toBe(12);
      expect(await count(corral, "no_drill")).toBe(0);
    });
  });

  test("and comes and goes often, nothing is held back at last", async () => {
    await withTwo(async (corral, first, second) => {
      for (let round = 0; round < 6; round += 1) {
        const [one, other] = round % 2 === 0 ? [first, second] : [second, first];
        one.take(untouched, corral.clock.now());
        other.take(chained, corral.clock.now());
        await corral.tick(start + (5 + round / 10) * minute);
        await settled(corral);
      }
      second.take(untouched, corral.clock.now());
      first.take(untouched, corral.clock.now());
      await corral.tick(start + 6 * minute);
      await corral.judged();
      expect(await count(corral, "failures_without_success")).toBe(12);
    });
  });
});
