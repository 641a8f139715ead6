/** One run: a scenario from its first event to the end of everything, and what was wrong with it. */
import { injectFault } from "./faults.ts";
import { rawPartitions, type Scenario, type ScenarioEvent, start } from "./scenario.ts";
import { poisonMark, Stage } from "./stage.ts";
import { verdict } from "./verdict.ts";

export interface Run {
  /** Empty: the run kept every promise. */
  readonly failures: readonly string[];
  /** `kind\twhere` → how often. */
  readonly faultsLanded: ReadonlyMap<string, number>;
  readonly alerts: number;
  readonly steps: number;
}

const minute = 60_000;
/** How long the installation may need to catch up once nothing goes wrong any more, simulated. */
const patience = 60 * minute;

export async function simulate(scenario: Scenario): Promise<Run> {
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", onUnhandled);
  const random = Math.random;
  const stage = new Stage(scenario);
  Math.random = stage.world.random; // delays between attempts
  try {
    const stuck = await play(stage);
    const failures = [
      ...unhandled.map((error) => `unhandled rejection: ${error instanceof Error ? error.stack : error}`),
      ...stage.violations,
      ...(stuck === null ? await verdict(stage) : [stuck]),
    ];
    const alerts = stage.broker.records(stage.config.topics.alerts).length;
    return { failures, faultsLanded: stage.faultsLanded, alerts, steps: stage.world.steps };
  } finally {
    Math.random = random;
    stage.end();
    process.off("unhandledRejection", onUnhandled);
  }
}

/** Null, or what it hung at. */
async function play(stage: Stage): Promise<string | null> {
  const { scenario, world, broker, config } = stage;
  const { raw } = config.topics;
  const { events, garbage, faults, settings } = scenario;
  for (let turn = 0; turn < settings.enrichers; turn += 1) stage.start("enrich");
  for (let turn = 0; turn < settings.correlators; turn += 1) stage.start("correlate");
  for (const [at, sent] of Map.groupBy(events, (event) => event.at)) {
    const records = sent.map((event) => ({
      topic: raw,
      partition: event.raw,
      key: null,
      value: recordOf(event),
    }));
    world.after(at, () => broker.append(records), null, false);
  }
  for (const { at, raw: partition } of garbage) {
    world.after(
      at,
      () => broker.append([{ topic: raw, partition, key: null, value: Buffer.from("no event") }]),
      null,
      false,
    );
  }
  for (const fault of faults) world.after(fault.at, () => injectFault(stage, fault), null);
  const last = Math.max(0, ...events.map(({ at }) => at), ...faults.map(({ at }) => at)) + minute;
  await world.until(() => world.now >= start + last, start + last);

  stage.heal();
  for (const role of ["enrich", "correlate"] as const) if (stage.alive(role).length === 0) stage.start(role);
  // Event time goes on by more than all windows together, on every raw partition; clocks may not be ahead by five minutes.
  for (const ahead of [0, 2 * minute, 4 * minute]) tick(stage, world.now + ahead);
  const deadline = world.now + patience;
  const enriched = (): boolean =>
    stage.alive("enrich").every(({ running }) => running.ready()) && isCommitted(stage, "enrich");
  const seen = world.now + minute;
  if (!(await world.until(() => world.now > seen && enriched(), deadline))) return hung(stage, "enrich");
  // The watermark behind the last commit.
  const told = world.now + minute;
  await world.until(() => world.now > told, deadline);
  for (const replica of stage.alive("enrich")) stage.stop(replica);
  const correlated = (): boolean => stage.alive("enrich").length === 0 && isCommitted(stage, "correlate");
  let quietSince = Number.POSITIVE_INFINITY;
  const quiet = (): boolean => {
    if (!correlated()) quietSince = Number.POSITIVE_INFINITY;
    else quietSince = Math.min(quietSince, world.now);
    return world.now - quietSince > minute;
  };
  if (!(await world.until(quiet, deadline))) return hung(stage, "correlate");
  for (const replica of stage.alive("correlate")) stage.stop(replica);
  await world.until(
    () => stage.replicas.every(({ process }) => process.state === "dead"),
    world.now + minute,
  );
  return null;
}

/** As a producer of native JSON sends it. */
function recordOf({ id, t, type, container, namespace, user, n, ahead, poison }: ScenarioEvent): Buffer {
  return Buffer.from(
    JSON.stringify({
      id,
      timestamp: start + t + (ahead === true ? 60 * minute : 0),
      type: ahead === true ? "ahead" : type,
      container_id: container,
      namespace,
      user,
      n,
      ...(poison === true ? { text: poisonMark } : {}),
    }),
  );
}

function tick(stage: Stage, timestamp: number): void {
  const value = Buffer.from(
    JSON.stringify({ id: `tick-${timestamp}`, timestamp: Math.round(timestamp), type: "tick" }),
  );
  const { raw } = stage.config.topics;
  stage.broker.append(
    Array.from({ length: rawPartitions }, (_, partition) => ({ topic: raw, partition, key: null, value })),
  );
}

function isCommitted(stage: Stage, role: "enrich" | "correlate"): boolean {
  const topic = stage.topicOf(role);
  const { committed } = stage.broker.group(stage.config.groups[role], topic);
  return stage.broker
    .topic(topic)
    .partitions.every(({ high }, partition) => (committed.get(partition) ?? 0) >= high);
}

function hung(stage: Stage, role: "enrich" | "correlate"): string {
  const topic = stage.topicOf(role);
  const { committed } = stage.broker.group(stage.config.groups[role], topic);
  const lag = stage.broker
    .topic(topic)
    .partitions.map(({ high }, partition) => `${committed.get(partition)}/${high}`);
  const replicas = stage.replicas.map(
    ({ process, running, stopping }) =>
      `${process.name} ${process.state} ${running.ready() ? "ready" : "not ready"} ${stopping ? "stopping " : ""}waits for ${process.waitingFor}`,
  );
  return `never caught up: ${role} at ${lag.join(", ")}; ${replicas.join("; ")}`;
}
