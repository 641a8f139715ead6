import type { SecurityEvent } from "../../../src/events/security-event.ts";
import { loadStart } from "../../support/bench-load.ts";
import { countOf, ruleOf } from "../../support/final-alert-lines.ts";
import { type OverloadCase, partitions } from "../overload-case.ts";

const usualEvents = 200_000;
const spanMs = 1_200_000;
const eventsPerContainer = 5;
const apartMs = 5_000;
const perMinute = 100;

export const alertStorm: OverloadCase = {
  name: "alert storm",
  does:
    `every event is a match, in ${eventsPerContainer} for each of many containers within ${spanMs / 60_000} minutes of ` +
    `event time; alerts.max_per_minute is ${perMinute} (--events N)`,
  rules: ["bench/overload/rules/alert-storm.yml"],
  settings: { CORRAL_ALERTS_MAX_PER_MINUTE: String(perMinute) },
  load: ({ events }) => {
    const count = events ?? usualEvents;
    return { arrivals: () => storm(count), inOrder: () => storm(count) };
  },
  judge: (expected, said) => {
    const matches = sum(expected);
    const told = sum(said);
    const failures = told === matches ? [] : [`the alerts count ${told} events of ${matches}`];
    const written = said.filter((line) => ruleOf(line) === "bench_anything").length;
    const others = said.length - written;
    const most = (spanMs / 60_000 + 1) * perMinute * partitions;
    return written <= most && others <= most ? failures : [...failures, `${said.length} alerts are too many`];
  },
  notes: async (_, said) => {
    const storms = said.filter((line) => ruleOf(line) === "corral_alert_storm");
    return [
      `${said.length - storms.length} alerts were written; ${storms.length} tell of the others, which count ${sum(storms)} events.`,
    ];
  },
};

/** In order of event time: the containers in bands that overlap. */
function* storm(count: number): Generator<SecurityEvent> {
  const containers = Math.ceil(count / eventsPerContainer);
  const steps = Math.floor(spanMs / apartMs);
  const aStep = Math.ceil(containers / (steps - eventsPerContainer));
  let made = 0;
  for (let step = 0; made < count; step += 1) {
    for (let back = 0; back < eventsPerContainer; back += 1) {
      const first = (step - back) * aStep;
      for (let n = first; first >= 0 && n < Math.min(first + aStep, containers) && made < count; n += 1) {
        made += 1;
        yield match(n, loadStart + step * apartMs);
      }
    }
  }
}

function match(container: number, timestamp: number): SecurityEvent {
  return {
    id: `${container}-${timestamp}`,
    timestamp,
    container_id: `a${container.toString(16).padStart(11, "0")}`,
    type: "bench_anything",
    severity: "low",
    source: "bench",
    details: {},
    enrichment: {},
  };
}

function sum(lines: readonly string[]): number {
  return lines.reduce((all, line) => all + countOf(line), 0);
}
