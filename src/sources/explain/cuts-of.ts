/** What the limits took from an event, place by place, for people; `enrichment.cut` only counts it. */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { isMap } from "../fields.ts";
import { maxDepth, maxFields, maxTextBytes } from "../limits.ts";
import type { EventDraft } from "../source.ts";

export interface FieldCut {
  /** `details.a.b`, `id` */
  readonly path: string;
  readonly why: string;
}

/** `after` is what `limited` made of `before`; equal maps are not looked into. At most `most` are told. */
export function cutsOf(before: EventDraft, after: EventDraft, most = 20): readonly FieldCut[] {
  const cuts: FieldCut[] = [];
  const pending: Pair[] = (["id", "type", "source", "container_id", "details", "enrichment"] as const).map(
    (name) => ({
      path: name,
      from: before[name] ?? null,
      to: after[name] ?? null,
    }),
  );
  for (let next = pending.shift(); next !== undefined && cuts.length < most; next = pending.shift()) {
    const { path, from, to } = next;
    if (from === to) continue;
    if (typeof from === "string") cuts.push({ path, why: textCut(from) });
    else if (isMap(from) && isMap(to)) pending.push(...within(path, from, to, cuts, most));
    else if (Array.isArray(from) && Array.isArray(to)) pending.push(...elements(path, from, to, cuts));
  }
  return cuts;
}

interface Pair {
  readonly path: string;
  readonly from: JsonValue;
  readonly to: JsonValue;
}

function within(path: string, from: JsonMap, to: JsonMap, cuts: FieldCut[], most: number): readonly Pair[] {
  const pairs: Pair[] = [];
  for (const [key, value] of Object.entries(from)) {
    const place = `${path}.${key}`;
    if (Object.hasOwn(to, key)) pairs.push({ path: place, from: value, to: to[key]! });
    else if (cuts.length < most) cuts.push({ path: place, why: dropped(value) });
  }
  return pairs;
}

function elements(
  path: string,
  from: readonly JsonValue[],
  to: readonly JsonValue[],
  cuts: FieldCut[],
): readonly Pair[] {
  if (to.length < from.length) {
    cuts.push({ path, why: `${from.length - to.length} of ${from.length} elements dropped` });
    return [];
  }
  return from.map((value, index) => ({ path: `${path}[${index}]`, from: value, to: to[index]! }));
}

function textCut(text: string): string {
  if (!text.isWellFormed()) return "lone surrogates replaced";
  return `cut from ${Buffer.byteLength(text)} bytes; at most ${maxTextBytes} stay, of names fewer`;
}

function dropped(value: JsonValue): string {
  return typeof value === "number" && !Number.isFinite(value)
    ? "dropped: the number is not finite"
    : `dropped: beyond ${maxFields} fields or ${maxDepth} levels`;
}
