/** What the API server's webhook backend sends: audit events in `items`, most often without kind and version of their own. */
import { listAt } from "../fields.ts";
import type { Envelope } from "../source.ts";

export const eventList: Envelope = {
  name: "event-list",
  keys: ["items"],
  recognises: ({ kind, items }) => kind === "EventList" && Array.isArray(items),
  open: (value, around) => listAt(value, "items").map((item) => ({ value: item, around })),
};
