/** What a text by itself may be looked up as; null: nothing that indicators tell of. */
import { domainName } from "./domain-name.ts";
import type { ObservableType } from "./indicator-table.ts";
import { parseAddress } from "./ip-prefix.ts";

export function observableType(text: string): ObservableType | null {
  if (text.includes("://")) return "url";
  if (/^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text)) return "hash";
  if (parseAddress(text) !== null) return "ip";
  return domainName(text) === null ? null : "domain";
}
