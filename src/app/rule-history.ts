/**
 * All events of one rule by group, none forgotten: the windows in which any instant can be asked about again. They are
 * the judge's own windows, so what is measured in them is what was judged.
 */
import { GroupWindow } from "../correlation/group-window.ts";
import { producedEvents } from "../correlation/produced-events.ts";
import type { Verdict } from "../correlation/verdict.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { Rule } from "../rules/rule.ts";
import { placesOf, type RuleSet } from "../rules/rule-set.ts";
import { ruleName } from "../rules/shadow.ts";

export interface GroupHistory {
  readonly key: string;
  readonly values: Readonly<Record<string, string>>;
  readonly window: GroupWindow;
  /** Every event of the group, relevant or not, in order of arrival. */
  readonly seen: readonly SecurityEvent[];
}

/** `container=c1`, as people read it; keys of groups are written so that no two are alike. */
export function groupText(values: GroupHistory["values"]): string {
  const texts = Object.entries(values).map(([field, value]) => `${field}=${value}`);
  return texts.length === 0 ? "everything" : texts.join(" ");
}

interface Filling extends GroupHistory {
  readonly seen: SecurityEvent[];
}

export class RuleHistory {
  readonly rule: Rule;
  /** Events that were relevant in some group. */
  relevant = 0;
  /** Everything that was added. */
  readonly events: SecurityEvent[] = [];
  readonly #groups = new Map<string, Filling>();

  /** Groups that the rule lists are there from the beginning. */
  constructor(rule: Rule) {
    this.rule = rule;
    for (const value of rule.forEach ?? []) {
      const values = { [rule.groupBy[0]!]: value };
      this.#groupAt(rule.group.keyOf(values), values);
    }
  }

  /** A second event under one id changes nothing. `until`: it lasts. */
  add(event: SecurityEvent, until?: number): void {
    this.events.push(event);
    const places = placesOf(this.rule, event);
    if (places.length > 0) this.relevant += 1;
    for (const { group, marks } of places) {
      const { window } = this.#groupAt(group.key, group.values);
      if (window.has(event.id)) continue;
      const { timestamp: t, id, type, container_id: container = null } = event;
      window.insert({
        t,
        id,
        type,
        container,
        origin: null,
        marks,
        ...(until === undefined ? {} : { until }),
      });
    }
    const own = this.rule.group.of(event);
    const all = new Map(places.map(({ group }) => [group.key, group.values]));
    if (own !== undefined && this.rule.places === undefined) all.set(own.key, own.values);
    for (const [key, values] of all) this.#groupAt(key, values).seen.push(event);
  }

  /** What other rules made of their alerts, where this one reads it. */
  addProduced(alerts: readonly Verdict[], { chains, rules }: RuleSet): void {
    for (const alert of alerts) {
      const { rule, group } = alert;
      const producer = rules.find((each) => ruleName(each) === ruleName(rule));
      if (producer === undefined || !chains.readersOf(producer).includes(this.rule)) continue;
      for (const { event, until } of producedEvents(producer, group, alert)) {
        this.add(event, until);
      }
    }
  }

  /** Groups in which some event was relevant, in order of first sight. */
  touched(): readonly GroupHistory[] {
    return [...this.#groups.values()].filter(({ window }) => window.newest !== undefined);
  }

  /** Those, and the ones that the rule judges without any event. */
  judged(): readonly GroupHistory[] {
    return this.rule.forEach === null
      ? this.touched()
      : [...this.#groups.values()].filter(
          ({ values, window }) =>
            window.newest !== undefined || this.rule.forEach!.includes(Object.values(values)[0]!),
        );
  }

  /** The group of this key (`container=c1`), or with this value (`c1`). */
  find(wanted: string): GroupHistory | undefined {
    const groups = [...this.#groups.values()];
    return (
      groups.find(({ key, values }) => key === wanted || groupText(values) === wanted) ??
      groups.find(({ values }) => Object.values(values).includes(wanted))
    );
  }

  #groupAt(key: string, values: Readonly<Record<string, string>>): Filling {
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const window = new GroupWindow(this.rule, key, { entries: [], open: null });
    const group = { key, values, window, seen: [] };
    this.#groups.set(key, group);
    return group;
  }
}
