/** Where the time goes: the ten first places of the profile of L1 whole and of a drain where only what matches is forwarded. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineLoad } from "../engine/engine-load.ts";
import { faults, fourRules, measuredLane, usualLoad } from "../engine/lane.ts";
import { engineRun, streamLoad } from "../stream/engine-run.ts";
import { BenchServers } from "../support/bench-servers.ts";
import { say } from "../support/say.ts";
import type { Section } from "../support/section.ts";
import { type SelfTimes, selfTimes } from "./self-times.ts";

export interface ProfileOptions {
  readonly seed: number;
  /** Events of the file. */
  readonly events: number;
  /** Raw events that are drained. */
  readonly streamEvents: number;
}

const shown = 10;

export async function profileLane(options: ProfileOptions): Promise<readonly Section[]> {
  const folder = mkdtempSync(join(tmpdir(), "corral-bench-"));
  try {
    return [await ofFile(options, folder), await ofTopic(options, folder)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function ofFile({ seed, events }: ProfileOptions, folder: string): Promise<Section> {
  const load = engineLoad({ ...usualLoad, seed, count: events });
  const file = join(folder, "events.ndjson");
  writeFileSync(file, load.lines.map((line) => `${line}\n`).join(""));
  const profiles = profilesIn(folder, "file");
  const measured = await measuredLane({ what: "whole", file, rules: fourRules }, profiles.flags);
  say("profile of a file to alerts: taken");
  return section({
    title: "Profile: file to alerts in one process",
    times: selfTimes(profiles.largest(), "ownCpu"),
    events,
    notes: [
      `L1 whole, native, ${events} events, under \`--cpu-prof\`; self times of the main thread from the first event to the last.`,
    ],
    failures: faults("profile of a file", usualLoad.shape, load, [measured]),
  });
}

async function ofTopic({ seed, streamEvents }: ProfileOptions, folder: string): Promise<Section> {
  const servers = await BenchServers.start();
  try {
    const load = streamLoad({ seed, events: streamEvents });
    const profiles = profilesIn(folder, "topic");
    const settings = { NODE_OPTIONS: profiles.flags.join(" ") };
    const { failures } = await engineRun(servers, load, {
      name: "profile of a drain",
      forward: "matched",
      settings,
    });
    return section({
      title: "Profile: a full topic drained, forward: matched",
      times: selfTimes(profiles.largest()),
      events: streamEvents,
      notes: [
        `L2, ${streamEvents} raw events, one process with both roles, under \`--cpu-prof\`; self times of the main thread from its ` +
          "first moment to its last.",
      ],
      failures,
    });
  } finally {
    await servers.close();
  }
}

interface Profiled extends Pick<Section, "title" | "notes" | "failures"> {
  readonly times: SelfTimes;
  readonly events: number;
}

function section({ times, events, ...rest }: Profiled): Section {
  const { places, total } = times;
  return {
    ...rest,
    head: ["where", "share", "µs an event"],
    rows: places
      .slice(0, shown)
      .map(([place, time]) => [
        `\`${place}\``,
        `${((time / total) * 100).toFixed(1)} %`,
        (time / events).toFixed(2),
      ]),
  };
}

/** Node's flags for profiles in a folder of their own. `largest`: where some of a parent or a short command lie beside it. */
function profilesIn(
  parent: string,
  name: string,
): { readonly flags: readonly string[]; readonly largest: () => string } {
  const folder = join(parent, name);
  mkdirSync(folder);
  const largest = (): string => {
    const files = readdirSync(folder).map((file) => join(folder, file));
    return files.toSorted((a, b) => statSync(b).size - statSync(a).size)[0]!;
  };
  return { flags: ["--cpu-prof", `--cpu-prof-dir=${folder}`], largest };
}
