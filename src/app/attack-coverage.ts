/** Which ATT&CK techniques and tactics rules are tagged with: `attack.t1611`, `attack.t1053.003`, `attack.execution`. */
import type { Rule } from "../rules/rule.ts";
import { attackTactics, tacticsOf } from "./attack-tactics.ts";

type TaggedRule = Pick<Rule, "id" | "tags">;

export interface CoveredTechnique {
  /** `T1611`, `T1053.003`. */
  readonly id: string;
  /** Of the matrix; where it does not know the technique, those that its rules are tagged with. */
  readonly tactics: readonly string[];
  /** Ids of rules, sorted. */
  readonly rules: readonly string[];
}

export interface CoveredTactic {
  /** `privilege-escalation` */
  readonly tactic: string;
  readonly techniques: readonly string[];
  /** Tagged with the tactic or with one of its techniques. */
  readonly rules: readonly string[];
}

export interface AttackCoverage {
  /** By id. */
  readonly techniques: readonly CoveredTechnique[];
  /** All tactics, in the order of the matrix. */
  readonly tactics: readonly CoveredTactic[];
  /** Rules without any tag of ATT&CK. */
  readonly untagged: readonly string[];
}

export function attackCoverage(rules: readonly TaggedRule[]): AttackCoverage {
  const techniques = unique(rules.flatMap(techniquesOf)).map((id) => techniqueOf(id, rules));
  return {
    techniques,
    tactics: attackTactics.map((tactic) => {
      const own = techniques.filter(({ tactics }) => tactics.includes(tactic));
      const tagged = rules.filter((rule) => tacticTags(rule).includes(tactic)).map(({ id }) => id);
      return {
        tactic,
        techniques: own.map(({ id }) => id),
        rules: unique([...tagged, ...own.flatMap((technique) => technique.rules)]),
      };
    }),
    untagged: unique(
      rules
        .filter((rule) => techniquesOf(rule).length === 0 && tacticTags(rule).length === 0)
        .map(({ id }) => id),
    ),
  };
}

function techniqueOf(id: string, rules: readonly TaggedRule[]): CoveredTechnique {
  const own = rules.filter((rule) => techniquesOf(rule).includes(id));
  return {
    id,
    tactics: tacticsOf(id) ?? unique(own.flatMap(tacticTags)),
    rules: unique(own.map((rule) => rule.id)),
  };
}

function techniquesOf({ tags }: TaggedRule): readonly string[] {
  return tags.flatMap((tag) => {
    const [, technique] = /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag) ?? [];
    return technique === undefined ? [] : [technique.toUpperCase()];
  });
}

/** Sigma writes tactics with `_`, newer rules with `-`. */
function tacticTags({ tags }: TaggedRule): readonly string[] {
  return tags.flatMap((tag) => {
    const tactic = tag
      .toLowerCase()
      .replace(/^attack\./, "")
      .replaceAll("_", "-");
    return tag.toLowerCase().startsWith("attack.") && attackTactics.includes(tactic) ? [tactic] : [];
  });
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1));
}
