/**
 * Whether it was business hours where the event happened: teams and regions have their own, so that one rule can ask for
 * `enrichment.calendar.business_hours` everywhere.
 */
import { compilePath } from "../events/field-path.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import { singleText } from "../events/single-text.ts";
import type { Enricher } from "./enricher.ts";

export interface CalendarOptions {
  /** By name, whether an instant (epoch milliseconds) falls into it. */
  readonly patterns: ReadonlyMap<string, (t: number) => boolean>;
  /** `namespace` or `namespace/workload` → name of a pattern; the longer wins. */
  readonly of: Readonly<Record<string, string>>;
  /** Of everything else. */
  readonly otherwise: string;
}

const namespace = compilePath("namespace");
const workload = compilePath("workload");
const minute = 60_000;

export function calendar({ patterns, of, otherwise }: CalendarOptions): Enricher {
  // Not the record itself: a namespace called `constructor` would find what every object has.
  const nameOf = new Map(Object.entries(of));
  const hours = new Map([...patterns].map(([name, pattern]) => [name, byMinute(pattern)]));
  const nameFor = (event: SecurityEvent): { readonly name: string; readonly source: string } => {
    const space = singleText(namespace(event));
    const load = singleText(workload(event));
    const own = space === undefined ? undefined : (nameOf.get(`${space}/${load}`) ?? nameOf.get(space));
    return own === undefined
      ? { name: otherwise, source: "default" }
      : { name: own, source: "configuration" };
  };
  return {
    name: "calendar",
    adds: ["calendar"],
    enrich: (event) => {
      const { name, source } = nameFor(event);
      return { calendar: { name, source, business_hours: hours.get(name)!(event.timestamp) } };
    },
  };
}

/** Patterns change on whole minutes, and events come close together; local time is dear to compute. */
function byMinute(pattern: (t: number) => boolean): (t: number) => boolean {
  let last = Number.NaN;
  let inside = false;
  return (t) => {
    const now = Math.floor(t / minute);
    if (now !== last) {
      last = now;
      inside = pattern(t);
    }
    return inside;
  };
}
