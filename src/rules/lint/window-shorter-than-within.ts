/** A hop that may take longer than the window: the window cuts it off first. */
import { formatDuration, parseDuration } from "../../events/duration.ts";
import type { Lint } from "./lint.ts";
import { conditionsOf } from "./rule-parts.ts";

export const windowShorterThanWithin: Lint = {
  code: "window-shorter-than-within",
  summary: "The window is shorter than the time a sequence allows for one hop.",
  check({ rule, source }, report) {
    for (const { path, value } of conditionsOf(source)) {
      const within = typeof value.within === "string" ? parseDuration(value.within) : undefined;
      if (within === undefined || within <= rule.window) continue;
      report(
        [...path, "within"],
        `a hop of ${formatDuration(within)} does not fit in the window of ${formatDuration(rule.window)}`,
      );
    }
  },
};
