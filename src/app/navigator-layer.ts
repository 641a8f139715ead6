/**
 * A layer for the ATT&CK Navigator, format 4.5 (mitre-attack/attack-navigator, LAYERFORMATv4_5.md): techniques scored by
 * the number of rules that are tagged with them. Without a tactic an entry stands for the technique under all of its own.
 */
import type { AttackCoverage } from "./attack-coverage.ts";
import { attackVersion } from "./attack-tactics.ts";

export function navigatorLayer({ techniques }: AttackCoverage): object {
  const most = Math.max(1, ...techniques.map(({ rules }) => rules.length));
  const parents = new Set(techniques.filter(({ id }) => id.includes(".")).map(({ id }) => id.split(".")[0]!));
  const covered = techniques.map(({ id, rules }) => ({
    techniqueID: id,
    score: rules.length,
    comment: rules.join(", "),
    enabled: true,
    metadata: rules.map((rule) => ({ name: "rule", value: rule })),
    showSubtechniques: parents.has(id),
  }));
  // A parent without rules of its own is named only so that its sub-techniques are seen.
  const unfolded = [...parents]
    .filter((id) => !techniques.some((technique) => technique.id === id))
    .map((techniqueID) => ({ techniqueID, enabled: true, showSubtechniques: true }));
  return {
    name: "Corral rules",
    versions: { attack: attackVersion, navigator: "5.1.0", layer: "4.5" },
    domain: "enterprise-attack",
    description: "Techniques that Corral's rules are tagged with; the score is the number of rules.",
    filters: { platforms: ["Containers", "Linux", "IaaS"] },
    sorting: 0,
    hideDisabled: false,
    techniques: [...covered, ...unfolded].sort((a, b) => (a.techniqueID < b.techniqueID ? -1 : 1)),
    gradient: { colors: ["#ffe766ff", "#8ec843ff"], minValue: 0, maxValue: most },
    legendItems: [],
    metadata: [],
    links: [],
    showTacticRowBackground: false,
    selectTechniquesAcrossTactics: true,
    selectSubtechniquesWithParent: false,
  };
}
