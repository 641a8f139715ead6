/** Lines of text as an envelope hands them on. */
import { loadFormats } from "../../src/sources/load-formats.ts";
import { recognise } from "../../src/sources/recognise.ts";
import { type EventDraft, noSurroundings, type Surroundings } from "../../src/sources/source.ts";

const formats = loadFormats();

export function draftsOf(text: string, around: Partial<Surroundings> = {}): readonly EventDraft[] {
  return recognise(text, { ...noSurroundings, ...around }, formats).flatMap(({ drafts }) => drafts);
}

export function draftOf(text: string, around: Partial<Surroundings> = {}): EventDraft {
  const [draft, ...others] = draftsOf(text, around);
  if (draft === undefined || others.length > 0) throw new Error(`not one event: ${text}`);
  return draft;
}
