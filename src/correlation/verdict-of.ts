/** An episode as it stands → the verdict that tells of it. */
import type { Episode } from "./episode.ts";
import type { GroupWindow } from "./group-window.ts";
import type { Verdict } from "./verdict.ts";

export function verdictOf(
  group: GroupWindow,
  episode: Episode,
  status: Verdict["status"],
  mergedInto: string | null,
): Verdict {
  const { rule } = group;
  return {
    status,
    rule,
    groupKey: group.group,
    group: group.values,
    id: episode.id,
    revision: episode.revision,
    openedAt: episode.openedAt,
    lastSeen: episode.lastSeen,
    closedAt: status === "closed" ? episode.lastSeen + rule.window : null,
    mergedInto,
    count: episode.count,
    evidence: [...episode.evidence],
    conditions: rule.conditions.map(({ name, operator, threshold, phrase }, index) => {
      const { value, met } = episode.values[index]!;
      return { name, value, operator, threshold, met, phrase: phrase(value) };
    }),
    entities: episode.entities,
    late: episode.late,
    gap: episode.gap,
    rebuilt: episode.rebuilt,
    muted: episode.muted === true,
    ...(episode.ruleSince === undefined ? {} : { ruleSince: episode.ruleSince }),
  };
}
