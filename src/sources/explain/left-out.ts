/** What a source made no use of, for people: the outermost keys of a value of which no event says anything. */
import type { JsonValue } from "../../events/security-event.ts";
import { textOf } from "../../events/text.ts";
import { isMap } from "../fields.ts";
import type { EventDraft } from "../source.ts";
import { timeOf } from "../time-of.ts";

/** By their texts and numbers; a time counts as said where it is the event's, though it is written otherwise there. */
export function leftOut(value: JsonValue, drafts: readonly EventDraft[]): readonly string[] {
  if (!isMap(value)) return [];
  const said = new Set<string>();
  for (const draft of drafts) {
    for (const text of [...textsIn(draft as unknown as JsonValue), ...draft.source.split(":")])
      said.add(text.toLowerCase());
  }
  const times = new Set(drafts.map(({ timestamp }) => timestamp));
  return Object.entries(value)
    .filter(([, part]) => {
      const texts = textsIn(part);
      return (
        texts.length > 0 && !texts.some((text) => said.has(text.toLowerCase()) || times.has(timeOf(text)))
      );
    })
    .map(([key]) => key);
}

function textsIn(value: JsonValue): readonly string[] {
  const texts: string[] = [];
  const pending: JsonValue[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "object" && next !== null) {
      for (const part of Object.values(next)) pending.push(part as JsonValue);
    } else {
      const text = textOf(next);
      if (text !== undefined) texts.push(text);
    }
  }
  return texts;
}
