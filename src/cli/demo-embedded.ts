/** The demo in this process: every event as it arrives, every alert as it opens. */
import { join } from "node:path";
import { playOptions } from "../app/demo-options.ts";
import { type OpenedAlert, play } from "../app/demo-play.ts";
import { readStory, type StoryRecord } from "../app/demo-story.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../config/settings.ts";
import { containerKey } from "../events/container-id.ts";
import { severities } from "../events/severity.ts";
import { alertBlock, eventLine, painter } from "./demo-lines.ts";
import { type Output, painted } from "./output.ts";

const shippedRules = join(import.meta.dirname, "../../rules");

/** `pacedMs`: how long the story takes, so that one sees it unfold; 0: as fast as it goes. */
export async function demoEmbedded(config: Config, output: Output, pacedMs: number): Promise<void> {
  const paint = painter(output.colour);
  const say = painted(output);
  const story = await readStory();
  // From any folder the demo shows the rules that its story was written for, unless others are asked for.
  const rules = config.rules.join() === "rules" ? [shippedRules] : config.rules;
  const options = playOptions({ ...config, rules });
  const raised: OpenedAlert[] = [];

  output.result(
    `${containersOf(story)} containers on a Saturday evening, ${options.rules.rules.length} rules. Events in order of arrival, times in UTC:\n`,
  );
  for (const { event, opened } of play(story, options)) {
    if (event !== null) say(eventLine(event, paint));
    for (const { alert, actions } of opened) say(alertBlock(alert, actions, paint));
    raised.push(...opened);
    if (pacedMs > 0) await systemClock.sleep(pacedMs / story.length);
  }
  say(paint("bold", summary(story, raised)));
  output.note("Next: corral rules test rules; corral demo --live, against a running installation");
}

function summary(story: readonly StoryRecord[], raised: readonly OpenedAlert[]): string {
  const times = story.map(({ event }) => event.timestamp);
  const minutes = Math.round((Math.max(...times) - Math.min(...times)) / 60_000);
  const actions = raised.reduce((sum, opened) => sum + opened.actions.length, 0);
  const bySeverity = severities
    .map((severity) => ({
      severity,
      count: raised.filter(({ alert }) => alert.severity === severity).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`)
    .reverse();
  const alerts = `${raised.length} alerts${raised.length > 0 ? ` (${bySeverity.join(", ")})` : ""}`;
  return `${story.length} events in ${minutes} minutes: ${alerts}, ${actions} actions planned`;
}

function containersOf(story: readonly StoryRecord[]): number {
  return new Set(story.map(({ event }) => containerKey(event.container_id ?? ""))).size;
}
