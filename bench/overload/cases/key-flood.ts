import type { SecurityEvent } from "../../../src/events/security-event.ts";
import { loadStart } from "../../support/bench-load.ts";
import { countOf, ruleOf } from "../../support/final-alert-lines.ts";
import type { OverloadCase } from "../overload-case.ts";

const usualEvents = 200_000;
const hourMs = 3_600_000;
const attackEveryMs = 60_000;
const redisMib = 128;
const maxGroups = 60_000;

export const keyFlood: OverloadCase = {
  name: "key flood",
  does:
    `every event has a key of its own, all from one node within an hour of event time, while an attack is seen from ` +
    `another node once a minute; state.max_groups is ${maxGroups}, Redis has ${redisMib} MiB (--events N)`,
  rules: ["bench/overload/rules/key-flood.yml"],
  settings: { CORRAL_STATE_MAX_GROUPS: String(maxGroups) },
  load: ({ events }) => {
    const count = events ?? usualEvents;
    return {
      arrivals: () => flood(count),
      // No key of the flood has enough, so that the attack alone tells what there must be.
      inOrder: () => attacks(),
    };
  },
  begin: ({ redis }) => redis.config("SET", "maxmemory", `${redisMib}mb`),
  end: ({ redis }) => redis.config("SET", "maxmemory", "0"),
  judge: (expected, said) => {
    const lines = new Set(said);
    const missing = expected.filter((line) => !lines.has(line)).map((line) => `lost: ${line}`);
    const others = said.filter((line) => !expected.includes(line) && ruleOf(line) !== "corral_groups_shed");
    return [...missing, ...others.slice(0, 5).map((line) => `not expected: ${line}`)];
  },
  notes: async (servers, said) => {
    const peak = (await servers.info("memory", "used_memory_peak")) / 2 ** 20;
    const shed = said.filter((line) => ruleOf(line) === "corral_groups_shed");
    return [
      `Redis held ${peak.toFixed(0)} MiB at most.`,
      `${sum(shed.map(countOf))} groups were given up, told in ${shed.length} alerts.`,
    ];
  },
};

function* flood(count: number): Generator<SecurityEvent> {
  let next = 0;
  for (let n = 0; n < count; n += 1) {
    const at = loadStart + Math.floor((n * hourMs) / count);
    for (; next * attackEveryMs + loadStart <= at; next += 1) yield attack(next);
    yield failed(`user-${n}`, at, "loud");
  }
}

function* attacks(): Generator<SecurityEvent> {
  for (let n = 0; n * attackEveryMs < hourMs; n += 1) yield attack(n);
}

function attack(n: number): SecurityEvent {
  return failed("root", loadStart + n * attackEveryMs, "quiet");
}

function failed(login: string, timestamp: number, node: string): SecurityEvent {
  return {
    id: `${login}-${timestamp}`,
    timestamp,
    container_id: node === "loud" ? "10adc0ffee00" : "badc0ffee000",
    type: "bench_login_failed",
    severity: "low",
    source: "bench",
    details: { login },
    enrichment: { cluster: "bench", node },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
