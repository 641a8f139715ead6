import type { Right } from "./log.ts";

/** `Read on Topic events.raw, Read on Group corral-enrich`: words that an ACL is made of. */
export function rightsText(rights: readonly Right[]): string {
  return rights.map(({ operation, resource, name }) => `${operation} on ${resource} ${name}`).join(", ");
}
